// The player of the page: dances side by side on one clock, with a timeline and keys. Mounted by render/player.py.

// Modules beside this one carry its version, so that a browser never mixes two releases of the player.
const here = new URL(import.meta.url);
const { Player } = await import(new URL(`deck.js${here.search}`, here).href);

await new Promise((done) => {
  const link = document.createElement("link");
  const href = new URL(`player.css${here.search}`, here).href;
  Object.assign(link, { rel: "stylesheet", href, onload: done, onerror: done });
  document.head.append(link);
});

/**
 * Put a player into the gr.HTML component's element.
 * @param hooks {props, trigger, watch} as gradio hands them to js_on_load
 */
export function mount(element, { props, trigger, watch }) {
  const root = element.querySelector("dancefloor-player");
  element.closest(".html-container")?.style.setProperty("padding", "0"); // gradio pads every gr.HTML
  root.connect({
    joints: props.joints,
    regionChanged: (region) => {
      // Kept in the value as well, so that any later event that takes the player as input can read it.
      if (props.value) props.value = { ...plain(props.value), region };
      trigger("region", { region, start_s: region?.[0] ?? null, end_s: region?.[1] ?? null });
    },
  });
  const show = () => root.show(props.value ? plain(props.value) : null);
  watch("value", show);
  show();
  element.__dancefloor = root.player;
}

const plain = (value) => JSON.parse(JSON.stringify(value));

/** Owns one Player; leaving the page (a removed component) frees everything it holds. */
class DancefloorPlayer extends HTMLElement {
  connect(hooks) {
    this.player?.dispose();
    this.player = new Player(this, hooks);
  }

  show(value) {
    this.value = value;
    this.player.show(value);
  }

  disconnectedCallback() {
    // Moving an element disconnects and reconnects it at once: wait to see whether it is really gone.
    setTimeout(() => {
      if (!this.isConnected) this.player?.dispose();
    });
  }
}
if (!customElements.get("dancefloor-player")) customElements.define("dancefloor-player", DancefloorPlayer);
