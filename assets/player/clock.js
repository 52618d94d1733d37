// The one clock of a player: the audio element leads; without a song, or past its end, the page's timer does.

// A reading further than this from the prediction is a jump (a seek, a stall), not jitter.
const JUMP_S = 0.1;
// The share of each fresh reading's error that is taken over: jitter is averaged away, drift is not.
const GAIN = 0.12;
// No new reading for this long while "playing" means that the sound stands still.
const STALL_MS = 150;
// How often the clock looks after loops and the end while nothing is drawn (player scrolled away).
const WATCH_MS = 100;

export class Clock {
  /** @param {(what: string) => void} notify hears "state", "seek", "rate" and "songless" (the song cannot be played). */
  constructor(notify) {
    this.notify = notify;
    this.audio = new Audio();
    this.audio.preload = "auto";
    this.audio.preservesPitch = true;
    this.song = false;
    this.duration = 0;
    this.rate = 1;
    this.playing = false;
    this.looping = false;
    this.region = null;
    this.#anchor(0);
    this.audio.addEventListener("error", () => this.#songless());
    this.audio.addEventListener("pause", () => {
      // Paused from outside: headphones pulled out, media keys, another app taking the sound.
      if (this.playing && this.audio.paused && !this.audio.ended && !this.virtual) this.pause();
    });
    this.audio.addEventListener("seeked", () => this.notify("seek"));
  }

  #time = 0; // seconds, what is on show
  #anchorTime = 0; // seconds on the media clock ...
  #anchorAt = 0; // ... at this moment of performance.now()
  #heard = -1; // the last audio.currentTime that was read
  #heardAt = 0;
  #flowing = false; // whether audio.currentTime has moved since the last start or seek
  #watcher = 0;

  /** Past the song's end, or without a song, the page's own timer counts. */
  get virtual() {
    return !this.song || this.#time >= this.songEnd;
  }

  get songEnd() {
    const length = this.audio.duration;
    return Number.isFinite(length) ? length - 0.02 : Infinity;
  }

  get time() {
    return this.#time;
  }

  load(url, duration) {
    this.pause();
    this.duration = duration;
    this.region = null;
    this.song = Boolean(url);
    if (url) this.audio.src = url;
    else this.audio.removeAttribute("src");
    this.#anchor(0);
    this.setRate(this.rate);
  }

  async play() {
    if (this.playing || this.duration <= 0) return;
    if (this.#time >= this.#stop() - 1e-3) this.seek(this.#start());
    this.playing = true;
    this.#anchor(this.#time);
    this.#watcher = setInterval(() => this.tick(), WATCH_MS);
    this.notify("state");
    await this.#playSong();
  }

  async #playSong() {
    if (this.virtual) return;
    if (Math.abs(this.audio.currentTime - this.#time) > 0.01) this.audio.currentTime = this.#time;
    try {
      await this.audio.play();
    } catch (problem) {
      if (problem.name === "NotAllowedError") this.pause();
      else if (problem.name !== "AbortError") this.#songless();
    }
  }

  pause() {
    clearInterval(this.#watcher);
    if (!this.playing) return;
    this.playing = false;
    this.audio.pause();
    this.#anchor(this.song && !this.virtual ? this.audio.currentTime : this.#time);
    this.notify("state");
  }

  toggle() {
    return this.playing ? this.pause() : this.play();
  }

  seek(time) {
    const target = Math.min(Math.max(time, 0), this.duration);
    const wasVirtual = this.virtual;
    this.#anchor(target);
    if (this.song) {
      if (this.virtual) this.audio.pause();
      else {
        this.audio.currentTime = target;
        if (this.playing && (wasVirtual || this.audio.paused)) this.#playSong();
      }
    }
    this.notify("seek");
  }

  setRate(rate) {
    this.#anchor(this.#time);
    this.rate = rate;
    this.audio.defaultPlaybackRate = rate;
    this.audio.playbackRate = rate;
    this.notify("rate");
  }

  /** A loop from start to end in seconds, or null for the whole dance. */
  setRegion(region) {
    this.region = region;
  }

  /** Bring the clock up to date and return the time to show. Called once for every drawn frame. */
  tick(now = performance.now()) {
    if (!this.playing) return this.#time;
    const stop = this.#stop();
    this.#time = this.virtual ? this.#counted(now) : this.#followed(now);
    if (this.#time >= stop) this.#arrive(stop);
    return this.#time;
  }

  #counted(now) {
    return this.#anchorTime + ((now - this.#anchorAt) / 1000) * this.rate;
  }

  // audio.currentTime moves in steps in some browsers: it is read when it changes, and counted on in between.
  #followed(now) {
    const heard = this.audio.currentTime;
    const fresh = heard !== this.#heard;
    if (this.audio.ended) return this.#hold(this.songEnd, now);
    if (this.audio.seeking || this.audio.paused) return this.#hold(this.#time, now);
    if (!this.#flowing) {
      if (!fresh) return this.#hold(this.#time, now);
      this.#flowing = true;
      return this.#hold(heard, now, true);
    }
    const predicted = this.#counted(now);
    if (fresh) {
      this.#heard = heard;
      this.#heardAt = now;
      const error = heard - predicted;
      if (Math.abs(error) > JUMP_S) return this.#hold(heard, now, true);
      this.#anchorTime += GAIN * error;
      return Math.max(predicted + GAIN * error, this.#time); // never backwards for a mere correction
    }
    if (now - this.#heardAt > STALL_MS) return this.#hold(heard, now);
    return predicted;
  }

  #hold(time, now, flowing = false) {
    this.#anchorTime = time;
    this.#anchorAt = now;
    this.#heard = this.audio.currentTime;
    this.#heardAt = now;
    this.#flowing = flowing;
    return time;
  }

  #anchor(time) {
    this.#time = this.#hold(time, performance.now());
  }

  #start() {
    return this.looping && this.region ? this.region[0] : 0;
  }

  #stop() {
    const looped = this.looping && this.region && this.#time < this.region[1];
    return looped ? this.region[1] : this.duration;
  }

  #arrive(stop) {
    if (this.looping) this.seek(this.#start());
    else {
      this.pause();
      this.#anchor(stop);
    }
  }

  #songless() {
    if (!this.song) return;
    this.song = false;
    this.#anchor(this.#time);
    this.notify("songless");
  }

  dispose() {
    this.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
  }
}
