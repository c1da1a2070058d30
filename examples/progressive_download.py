"""Plays an animation while it is being downloaded: python progressive_download.py [FILE] [--seconds S]"""

import argparse
import http.server
import os
import threading
import time
import urllib.request
from pathlib import Path

import sddisplaylink as sd


class SlowHandler(http.server.BaseHTTPRequestHandler):
    """A slow server: 1 kB every 20 ms."""

    file: Path

    def do_GET(self) -> None:
        """Send the file for every path."""
        data = self.file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        for begin in range(0, len(data), 1024):
            self.wfile.write(data[begin : begin + 1024])
            time.sleep(0.02)

    def log_message(self, *arguments: object) -> None:
        """Print no log."""


def main() -> None:
    """Serve the file, download it, and show which frames are played meanwhile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=Path(__file__).parent / "spiral.png")
    parser.add_argument("--seconds", type=float, default=os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", "5"))
    options = parser.parse_args()
    SlowHandler.file = options.file
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SlowHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    image = sd.IncrementalImage()

    def on_frame(frame: sd.Frame) -> None:
        print(f"frame {frame.index} of {image.frame_count}{'' if image.is_finished else ' so far'}")

    with image, sd.AnimatedImagePlayer(image, on_frame=on_frame) as player:
        player.play()  # waits for the first frame
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/") as response:
            while piece := response.read1(4096):
                image.feed(piece)
        image.finish()  # from now on the animation loops
        player.wait(options.seconds)
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
