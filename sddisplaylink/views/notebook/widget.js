// A player's front end in a notebook: a canvas and controls. Python sends a frame (RGBA, zlib) when it has changed, and
// the next one when this one has been drawn and acknowledged.

const RATES = [-1, 0.25, 0.5, 1, 2, 4];

async function inflate(view) {
  const stream = new Blob([view]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8ClampedArray(await new Response(stream).arrayBuffer());
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function render({ model, el }) {
  const canvas = element("canvas", { width: model.get("width"), height: model.get("height") });
  const toggle = element("button", { type: "button" });
  const position = element("input", { type: "range", min: 0, max: 0, value: 0 });
  const counter = element("output", {});
  const rate = element("select", {}, ...RATES.map((value) => new Option(`${value}×`, value)));
  const problem = element("div", { role: "alert" });
  position.setAttribute("aria-label", "frame");
  rate.setAttribute("aria-label", "speed");
  canvas.style.maxWidth = "100%";
  canvas.style.display = "block";
  el.append(canvas, element("div", {}, toggle, position, counter, rate), problem);

  let playing = false;
  const tell = (kind, content = {}) => model.send({ kind, ...content });
  toggle.onclick = () => tell(playing ? "pause" : "play");
  position.oninput = () => tell("seek", { frame: position.valueAsNumber });
  rate.onchange = () => tell("rate", { rate: Number(rate.value) });

  function showStatus({ state, frame, frames, rate: speed }) {
    playing = state === "playing";
    toggle.textContent = playing ? "⏸" : "▶";
    toggle.setAttribute("aria-label", playing ? "pause" : "play");
    for (const control of [toggle, position, rate]) control.disabled = state === "closed";
    if (![...rate.options].some((option) => Number(option.value) === speed)) rate.add(new Option(`${speed}×`, speed));
    rate.value = String(speed);
    position.max = frames - 1;
    showPosition(frame);
  }

  function showPosition(frame) {
    if (document.activeElement !== position || playing) position.value = frame;
    counter.textContent = ` ${frame + 1} / ${Number(position.max) + 1} `;
  }

  async function showFrame({ serial, frame }, [data]) {
    try {
      const pixels = await inflate(data);
      canvas.getContext("2d").putImageData(new ImageData(pixels, canvas.width, canvas.height), 0, 0);
      showPosition(frame);
    } finally {
      tell("ack", { serial });
    }
  }

  function receive(message, buffers) {
    if (message.kind === "frame") showFrame(message, buffers);
    else if (message.kind === "status") showStatus(message);
    else if (message.kind === "error") problem.textContent = message.text;
  }

  model.on("msg:custom", receive);
  tell("hello");
  return () => model.off("msg:custom", receive);
}

export default { render };
