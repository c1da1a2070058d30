"""An NSView that plays an animated image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from objc import super  # noqa: A004 - Python's own finds no methods of Objective-C

from sddisplaylink.decoders.opening import ImageInput
from sddisplaylink.errors import LinkClosedError
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.shared import open_shared
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.appkit import motion
from sddisplaylink.views.appkit.dispatcher import main_dispatcher
from sddisplaylink.views.appkit.frameworks import AppKit, objc
from sddisplaylink.views.appkit.viewer import Viewer

if TYPE_CHECKING:
    from Quartz import CGImageRef

try:
    objc.lookUpClass("SDDLAnimatedImageView")
except objc.nosuchclass_error:
    pass
else:
    raise ImportError("this module defines a class of Objective-C, which can be done once in a process: restart Python")

_OCCLUSION = AppKit.NSWindowDidChangeOcclusionStateNotification


class SDDLAnimatedImageView(AppKit.NSView):
    """Shows an animated image in its layer: scaled to fit, in proportion (see ``setLayerContentsPlacement_``).

    The view plays while it can be seen: not hidden, and in a window that is not covered, minimised or on another space.
    With Reduce Motion on, or Animated Images off, the view shows the first frame only. Everything belongs to the main
    thread, callbacks too. In Interface Builder the class is ``SDDLAnimatedImageView``.
    """

    # of the class: NSView's own initialisers may call methods that are overridden here
    _player: AnimatedImagePlayer | None = None
    _viewer: Viewer | None = None
    _picture: CGImageRef | None = None
    _scale = 1.0
    _respects_motion = True

    def initWithFrame_(self, frame: Any) -> Any:
        self = super().initWithFrame_(frame)
        if self is not None:
            self._set_up()
        return self

    def initWithCoder_(self, coder: Any) -> Any:
        self = super().initWithCoder_(coder)
        if self is not None:
            self._set_up()
        return self

    @objc.python_method
    @classmethod
    def of(cls, source: AnimatedImage | ImageInput, **options: Any) -> SDDLAnimatedImageView:
        """A view as large as the image; arguments as for `load`."""
        view: SDDLAnimatedImageView = cls.alloc().initWithFrame_(((0, 0), (0, 0)))
        view.load(source, **options)
        view.setFrameSize_(view.intrinsicContentSize())
        return view

    @objc.python_method
    def load(
        self,
        source: AnimatedImage | ImageInput,
        *,
        autoplay: bool = True,
        scale: float = 1.0,
        **options: Any,
    ) -> AnimatedImagePlayer:
        """Show another image, and return its player; the one before is closed.

        Without `autoplay` the view shows the first frame and waits for ``player.play()``; `scale`: pixels of the image
        per point. `options` are those of `AnimatedImagePlayer` but for ``dispatcher``, and so are the errors.
        """
        player = AnimatedImagePlayer(open_shared(source), dispatcher=main_dispatcher(), **options)
        former, self._player, self._scale = self._player, player, scale
        self._viewer = Viewer(objc.WeakRef(self), player)
        self.invalidateIntrinsicContentSize()
        self._update_viewer()
        self._viewer.begin(autoplay)
        self.setNeedsDisplay_(True)  # the first frame, in updateLayer()
        if former is not None:
            former.close()
        return player

    # ---- playing ----

    @property
    def player(self) -> AnimatedImagePlayer:
        """The player of the image. LinkClosedError if there is none."""
        if self._player is None:
            raise LinkClosedError("this view has no image")
        return self._player

    @property
    def respects_motion_settings(self) -> bool:
        """Whether the image is not animated if the user's settings say so.

        Set this to False if there is a play button.
        """
        return self._respects_motion

    @respects_motion_settings.setter
    def respects_motion_settings(self, value: bool) -> None:
        self._respects_motion = bool(value)
        self._update_viewer()

    @objc.python_method
    def close(self) -> None:
        """Remove the image and close its player. Idempotent. Raises, once, the exception that stopped the player."""
        player, self._player, self._viewer, self._picture = self._player, None, None, None
        self.setNeedsDisplay_(True)
        if player is not None:
            player.close()

    # ---- queries of AppKit ----

    def wantsUpdateLayer(self) -> bool:
        return True

    def updateLayer(self) -> None:
        with objc.autorelease_pool():
            layer = self.layer()
            layer.setContentsScale_(self._scale)
            if self._picture is None and self._viewer is not None:
                self._picture = self._viewer.first_picture()
            layer.setContents_(self._picture)

    def intrinsicContentSize(self) -> Any:
        width, height = (0, 0) if self._player is None else self._player.image.size
        if not width:
            return AppKit.NSMakeSize(AppKit.NSViewNoIntrinsicMetric, AppKit.NSViewNoIntrinsicMetric)
        return AppKit.NSMakeSize(width / self._scale, height / self._scale)

    # ---- what AppKit notifies of ----

    def viewDidMoveToWindow(self) -> None:
        super().viewDidMoveToWindow()
        with objc.autorelease_pool():
            centre, window = AppKit.NSNotificationCenter.defaultCenter(), self.window()
            centre.removeObserver_name_object_(self, _OCCLUSION, None)
            motion.ignore(self)
            if window is not None:
                centre.addObserver_selector_name_object_(self, "windowOcclusionChanged:", _OCCLUSION, window)
                motion.observe(self, "motionSettingsChanged:")
        self._update_viewer()

    def viewDidHide(self) -> None:
        super().viewDidHide()
        self._update_viewer()

    def viewDidUnhide(self) -> None:
        super().viewDidUnhide()
        self._update_viewer()

    def windowOcclusionChanged_(self, notification: Any) -> None:
        self._update_viewer()

    def motionSettingsChanged_(self, notification: Any) -> None:
        self._update_viewer()

    # ---- private methods ----

    @objc.python_method
    def _set_up(self) -> None:
        self.setWantsLayer_(True)
        self.setLayerContentsRedrawPolicy_(AppKit.NSViewLayerContentsRedrawOnSetNeedsDisplay)
        self.setLayerContentsPlacement_(AppKit.NSViewLayerContentsPlacementScaleProportionallyToFit)

    @objc.python_method
    def _update_viewer(self) -> None:
        """Update whether the image can be seen and may be animated. In a pool of its own: AppKit may have made none."""
        if self._viewer is None:
            return
        with objc.autorelease_pool():
            window = self.window()
            uncovered = window is not None and bool(window.occlusionState() & AppKit.NSWindowOcclusionStateVisible)
            can_be_seen = uncovered and not self.isHiddenOrHasHiddenAncestor()
            self._viewer.update(can_be_seen, may_animate=not self._respects_motion or motion.is_wanted())

    # ---- for its Viewer ----

    @objc.python_method
    def shows(self, viewer: object) -> bool:
        return self._viewer is viewer

    @objc.python_method
    def paint(self, picture: CGImageRef) -> None:
        if self._picture is None:
            self.invalidateIntrinsicContentSize()  # not known before the first frame of a download
        self._picture = picture
        self.setNeedsDisplay_(True)


AnimatedImageView = SDDLAnimatedImageView
