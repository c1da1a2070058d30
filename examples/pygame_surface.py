"""Animated images that bounce around in a game loop: python pygame_surface.py [FILE] [--seconds S]

Space pauses the game, and with it the images, which play in the game's time; Escape ends the game.
"""

import argparse
import os
import time
from pathlib import Path

import pygame

import sddisplaylink as sd
from sddisplaylink.views.pygame import AnimatedSurface

SIZE = pygame.Vector2(640, 400)
COUNT = 5

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("file", nargs="?", type=Path, default=Path(__file__).with_name("spiral.png"))
parser.add_argument("--seconds", type=float, default=os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", "inf"))
parser.add_argument("--screenshot", type=Path, help="a photograph of the window at the end")
options = parser.parse_args()

pygame.display.init()
screen = pygame.display.set_mode(SIZE)
pygame.display.set_caption("sddisplaylink")
game_time = sd.ManualClock()  # advanced by the game
image = sd.AnimatedImage.open(options.file)
sprites = [AnimatedSurface(image, clock=game_time, rate=0.5 + 0.5 * number) for number in range(COUNT)]
places = [pygame.Vector2(100 * number, 60 * number) for number in range(COUNT)]
speeds = [pygame.Vector2(90, 60).rotate(70 * number) for number in range(COUNT)]

ticker, end = pygame.time.Clock(), time.monotonic() + options.seconds
running, paused = True, False
while running and time.monotonic() < end:
    elapsed = ticker.tick(60) / 1000
    for event in pygame.event.get():
        is_key = event.type == pygame.KEYDOWN
        running &= event.type != pygame.QUIT and not (is_key and event.key == pygame.K_ESCAPE)
        paused ^= is_key and event.key == pygame.K_SPACE
    if not paused:
        game_time.advance(elapsed)
    screen.fill((43, 58, 74))
    for sprite, place, speed in zip(sprites, places, speeds, strict=True):
        sprite.update()
        place += speed * elapsed * (not paused)
        for axis in range(2):
            if not 0 <= place[axis] <= SIZE[axis] - sprite.surface.get_size()[axis]:
                speed[axis] = abs(speed[axis]) if place[axis] < 0 else -abs(speed[axis])
        screen.blit(sprite.surface, place)
    pygame.display.flip()

if options.screenshot:
    pygame.image.save(screen, options.screenshot)
print(f"{sum(sprite.player.stats.shown for sprite in sprites)} frames shown")
pygame.quit()
