// Hearing one side alone: the two channels are split and one is sent to both ears.

/** Wire the 仅座席 / 仅客户 buttons of a player. */
export function wireChannels(player) {
  const buttons = [...player.root.querySelectorAll("[data-only]")];
  const agentOnLeft = player.root.dataset.left === "agent";
  let graph = null;

  function choose(only) {
    graph ??= split(player.audio);
    graph.context.resume();
    graph.hear(only === null ? null : (only === "agent") === agentOnLeft ? 0 : 1);
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.only === only));
  }

  for (const button of buttons) {
    button.addEventListener("click", () => choose(button.getAttribute("aria-pressed") === "true" ? null : button.dataset.only));
  }
}

function split(audio) {
  const context = new AudioContext();
  const source = context.createMediaElementSource(audio);
  const splitter = context.createChannelSplitter(2);
  const merger = context.createChannelMerger(2);
  source.connect(splitter);
  merger.connect(context.destination);
  return {
    context,
    /** null: both as recorded; 0 or 1: that channel in both ears. */
    hear(channel) {
      splitter.disconnect();
      splitter.connect(merger, channel ?? 0, 0);
      splitter.connect(merger, channel ?? 1, 1);
    },
  };
}
