extension ChatPage {
  static let markup = #"""
    <svg class="sprite" aria-hidden="true"><defs>
      <symbol id="i-menu" viewBox="0 0 24 24"><path d="M4 6h16M4 12h16M4 18h10"/></symbol>
      <symbol id="i-plus" viewBox="0 0 24 24"><path d="M12 5v14M5 12h14"/></symbol>
      <symbol id="i-settings" viewBox="0 0 24 24"><path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/></symbol>
      <symbol id="i-close" viewBox="0 0 24 24"><path d="M6 6l12 12M18 6L6 18"/></symbol>
      <symbol id="i-send" viewBox="0 0 24 24"><path d="M12 19V5M6 11l6-6 6 6"/></symbol>
      <symbol id="i-stop" viewBox="0 0 24 24"><rect x="7" y="7" width="10" height="10" rx="2" fill="currentColor"/></symbol>
      <symbol id="i-copy" viewBox="0 0 24 24"><rect x="9" y="9" width="11" height="11" rx="2"/><path d="M5 15V6a2 2 0 0 1 2-2h8"/></symbol>
      <symbol id="i-done" viewBox="0 0 24 24"><path d="M5 13l4 4L19 7"/></symbol>
      <symbol id="i-retry" viewBox="0 0 24 24"><path d="M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6"/></symbol>
      <symbol id="i-edit" viewBox="0 0 24 24"><path d="M4 20h4L19 9l-4-4L4 16zM13.5 6.5l4 4"/></symbol>
      <symbol id="i-delete" viewBox="0 0 24 24"><path d="M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12"/></symbol>
      <symbol id="i-down" viewBox="0 0 24 24"><path d="M12 5v14M6 13l6 6 6-6"/></symbol>
    </defs></svg>
    <a class="skip" href="#input" data-t="skip">Skip to the message field</a>
    <div id="app">
      <div id="shade" hidden></div>
      <nav id="side" hidden aria-label="Conversations" data-t-label="conversations">
        <div class="head">
          <button id="fresh" type="button" class="wide"><svg aria-hidden="true"><use href="#i-plus"/></svg><span data-t="fresh">New conversation</span></button>
          <button id="close-side" type="button" class="icon narrow" aria-label="Close" data-t-label="close"><svg aria-hidden="true"><use href="#i-close"/></svg></button>
        </div>
        <ul id="history"></ul>
        <p class="note" data-t="local">Conversations stay in this browser.</p>
      </nav>
      <div id="middle">
        <header>
          <button id="menu" type="button" class="icon" aria-controls="side" aria-expanded="false" aria-label="Conversations" data-t-label="conversations"><svg aria-hidden="true"><use href="#i-menu"/></svg></button>
          <h1 id="title">Chat</h1>
          <div id="pickers" hidden>
            <label class="hidden" for="model" data-t="model">Model</label><select id="model"></select>
            <label for="second" data-t="versus">beside</label><select id="second" aria-label="Compare with" data-t-label="compare"></select>
          </div>
          <button id="fresh-top" type="button" class="icon narrow" aria-label="New conversation" data-t-label="fresh"><svg aria-hidden="true"><use href="#i-plus"/></svg></button>
          <button id="open-settings" type="button" class="icon" aria-controls="settings" aria-expanded="false" aria-label="Settings" data-t-label="settings"><svg aria-hidden="true"><use href="#i-settings"/></svg></button>
        </header>
        <main>
          <div id="scroll" tabindex="0" role="region" aria-label="Conversation" data-t-label="conversation">
            <div id="empty">
              <div class="mark" aria-hidden="true"></div>
              <h2 id="greeting"></h2>
              <p id="description"></p>
              <ul id="examples"></ul>
            </div>
            <div id="thread"></div>
          </div>
          <div id="bottom">
            <button id="down" type="button" class="icon" hidden aria-label="To the latest message" data-t-label="latest"><svg aria-hidden="true"><use href="#i-down"/></svg></button>
            <form id="composer">
              <label class="hidden" for="input" data-t="message">Message</label>
              <textarea id="input" rows="1" data-t-placeholder="placeholder" placeholder="Message" autocomplete="off"></textarea>
              <button id="send" type="submit" disabled aria-label="Send" data-t-label="send"><svg aria-hidden="true"><use href="#i-send"/></svg></button>
              <button id="stop" type="button" hidden aria-label="Stop" data-t-label="stop"><svg aria-hidden="true"><use href="#i-stop"/></svg></button>
            </form>
            <p id="status" role="status"></p>
            <div id="announce" class="hidden" role="status" aria-live="polite"></div>
          </div>
        </main>
      </div>
      <aside id="settings" hidden aria-label="Settings" data-t-label="settings">
        <div class="head"><h2 data-t="settings">Settings</h2>
          <button id="close-settings" type="button" class="icon" aria-label="Close" data-t-label="close"><svg aria-hidden="true"><use href="#i-close"/></svg></button></div>
        <div class="field"><label for="system" data-t="system">System prompt</label>
          <textarea id="system" rows="3" data-t-placeholder="systemDefault"></textarea></div>
        <div class="field"><label for="temperature"><span data-t="temperature">Temperature</span> <output id="temperature-value" for="temperature"></output></label>
          <input id="temperature" type="range" min="0" max="2" step="0.05"></div>
        <div class="field"><label for="top_p"><span data-t="topP">Top-p</span> <output id="top_p-value" for="top_p"></output></label>
          <input id="top_p" type="range" min="0.05" max="1" step="0.05"></div>
        <div class="field"><label for="max_tokens" data-t="maxTokens">Longest reply (tokens)</label>
          <input id="max_tokens" type="number" min="1" step="1" inputmode="numeric"></div>
        <details class="field"><summary data-t="more">More sampling</summary>
          <div class="field"><label for="min_p"><span data-t="minP">Min-p</span> <output id="min_p-value" for="min_p"></output></label>
            <input id="min_p" type="range" min="0" max="0.5" step="0.01"></div>
          <div class="field"><label for="top_k" data-t="topK">Top-k (0: all)</label>
            <input id="top_k" type="number" min="0" step="1" inputmode="numeric"></div>
          <div class="field"><label for="repetition_penalty"><span data-t="repetition">Repetition penalty</span> <output id="repetition_penalty-value" for="repetition_penalty"></output></label>
            <input id="repetition_penalty" type="range" min="1" max="2" step="0.05"></div>
          <div class="field"><label for="seed" data-t="seed">Seed (empty: random)</label>
            <input id="seed" type="number" step="1" inputmode="numeric"></div>
        </details>
        <button id="reset" type="button" class="wide" data-t="reset">Back to the service’s defaults</button>
        <hr>
        <div class="field"><label for="language" data-t="language">Language</label>
          <select id="language"><option value="en" lang="en">English</option><option value="zh" lang="zh">中文</option></select></div>
        <div class="field"><label for="theme" data-t="theme">Appearance</label>
          <select id="theme"><option value="auto" data-t="themeAuto">As the system</option><option value="light" data-t="themeLight">Light</option><option value="dark" data-t="themeDark">Dark</option></select></div>
        <div class="field"><label for="key" data-t="key">API key</label>
          <input id="key" type="password" autocomplete="off" spellcheck="false"></div>
        <button id="export" type="button" class="wide" data-t="download">Download this conversation</button>
      </aside>
    </div>
    """#
}
