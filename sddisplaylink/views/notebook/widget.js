// A player's front end in a notebook: a canvas and controls. A view begins with the picture and the status that are in
// the model. Python sends a frame (RGBA, zlib) when it has changed, and the next one when this one has been drawn and
// acknowledged. How it looks is in widget.css, icons included.

const RATES = [-1, 0.25, 0.5, 1, 2, 4];

async function inflate(view) {
  const stream = new Blob([view]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8ClampedArray(await new Response(stream).arrayBuffer());
}

async function pictureOf(model) {
  const data = model.get("picture");
  if (!data?.byteLength) return null; // of an image of which nothing has come yet
  return new ImageData(await inflate(data), model.get("width"), model.get("height"));
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function render({ model, el }, beginning) {
  const canvas = element("canvas", { width: model.get("width"), height: model.get("height") });
  const toggle = element("button", { type: "button", className: "play" });
  const position = element("input", { type: "range", min: 0, max: 0, value: 0 });
  const counter = element("output", {});
  const rate = element("select", {}, ...RATES.map((value) => new Option(`${value}×`, value)));
  const problem = element("div", { role: "alert", className: "problem" });
  position.setAttribute("aria-label", "frame");
  rate.setAttribute("aria-label", "speed");
  el.setAttribute("data-sddisplaylink-player", "");
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's own keys, while the player has the focus
  el.append(canvas, element("div", { className: "controls" }, toggle, position, counter, rate), problem);
  el.tabIndex = 0;

  let playing = false;
  let shown = 0;
  const tell = (kind, content = {}) => model.send({ kind, ...content });
  const setRate = (value) => tell("rate", { rate: value });
  toggle.onclick = () => tell(playing ? "pause" : "play");
  position.oninput = () => tell("seek", { frame: position.valueAsNumber });
  rate.onchange = () => setRate(Number(rate.value));

  function step(frames) {
    const count = Number(position.max) + 1;
    if (playing) tell("pause");
    tell("seek", { frame: (shown + frames + count) % count });
  }

  function changeRate(steps) {
    const values = [...rate.options].map((option) => Number(option.value)).sort((one, other) => one - other);
    const next = values.indexOf(Number(rate.value)) + steps;
    if (next >= 0 && next < values.length) setRate(values[next]);
  }

  const keys = {
    " ": () => toggle.onclick(),
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    ArrowUp: () => changeRate(1),
    ArrowDown: () => changeRate(-1),
    Home: () => tell("seek", { frame: 0 }),
    End: () => tell("seek", { frame: Number(position.max) }),
  };
  el.onkeydown = (event) => {
    const isControls = [toggle, position, rate].includes(event.target); // which have keys of their own
    if (isControls || toggle.disabled || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  };

  function showStatus({ state, frame, frames, rate: speed }) {
    playing = state === "playing";
    toggle.className = playing ? "pause" : "play";
    toggle.setAttribute("aria-label", playing ? "pause" : "play");
    for (const control of [toggle, position, rate]) control.disabled = state === "closed";
    if (![...rate.options].some((option) => Number(option.value) === speed)) rate.add(new Option(`${speed}×`, speed));
    rate.value = String(speed);
    position.max = frames - 1;
    showPosition(frame);
  }

  function showPosition(frame) {
    shown = frame;
    if (document.activeElement !== position || playing) position.value = frame;
    counter.textContent = ` ${frame + 1} / ${Number(position.max) + 1} `;
  }

  function draw(picture) {
    if (canvas.width !== picture.width) canvas.width = picture.width; // setting it clears the canvas
    if (canvas.height !== picture.height) canvas.height = picture.height;
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }

  async function showFrame({ serial, frame, size }, [data]) {
    try {
      draw(new ImageData(await inflate(data), ...size));
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

  if (beginning) draw(beginning);
  showStatus(model.get("status"));
  model.on("msg:custom", receive);
  tell("hello");
  return () => model.off("msg:custom", receive);
}

export default () => { // called for each model
  let beginning = null; // the picture that a new view shows before the first message

  async function initialize({ model }) { // is awaited before render() is called
    beginning = await pictureOf(model);
    model.on("change:picture", async () => { beginning = await pictureOf(model); });
  }

  return { initialize, render: (view) => render(view, beginning) };
};
