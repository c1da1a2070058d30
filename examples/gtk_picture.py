"""An animated image in a GTK 4 window, with a button and a scale: python gtk_picture.py [FILE] [--seconds S]"""

import argparse
import os
from pathlib import Path

from PIL import ImageGrab

from sddisplaylink.views.gtk import AnimatedPicture
from sddisplaylink.views.gtk.toolkit import GLib, GObject, Gtk

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("file", nargs="?", type=Path, default=Path(__file__).with_name("ball.gif"))
parser.add_argument("--seconds", type=float, default=os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", 0), help="0: stay")
parser.add_argument("--screenshot", type=Path, help="a photograph of the window at the end")
options = parser.parse_args()

picture = AnimatedPicture(options.file)
picture.set_halign(Gtk.Align.CENTER)
button = Gtk.ToggleButton(label="Pause", valign=Gtk.Align.CENTER)
button.connect("toggled", lambda button: setattr(picture.paintable, "playing", not button.get_active()))
speed = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, -2, 4, 0.1)
speed.set_hexpand(True)
speed.set_draw_value(True)
speed.set_value(1)
both_ways = GObject.BindingFlags.BIDIRECTIONAL | GObject.BindingFlags.SYNC_CREATE
picture.paintable.bind_property("rate", speed.get_adjustment(), "value", both_ways)

controls = Gtk.Box(spacing=12)
controls.append(button)
controls.append(speed)
column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=12)
for set_margin in (column.set_margin_top, column.set_margin_bottom, column.set_margin_start, column.set_margin_end):
    set_margin(16)
column.append(picture)
column.append(controls)

loop = GLib.MainLoop()
window = Gtk.Window(title="sddisplaylink", child=column, decorated=not options.screenshot, default_width=260)
window.connect("close-request", lambda window: loop.quit())
window.present()
if options.seconds:
    GLib.timeout_add(round(options.seconds * 1000), loop.quit)
loop.run()
if options.screenshot:
    scale = window.get_scale_factor()
    left, top = (round(offset * scale) for offset in window.get_surface_transform())
    box = (left, top, left + window.get_width() * scale, top + window.get_height() * scale)
    ImageGrab.grab(box, xdisplay=os.environ.get("DISPLAY")).save(options.screenshot)
print(f"{picture.player.stats.shown} frames shown")
