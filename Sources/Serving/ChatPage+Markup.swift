extension ChatPage {
  static let markup = #"""
    <a class="skip" href="#input" data-t="skip">Skip to the message field</a>
    <header>
      <div class="heading"><h1 id="title">Chat</h1><p id="description"></p></div>
      <div class="tools">
        <button id="menu" class="ghost" aria-controls="side" aria-expanded="false" data-t="conversations">Conversations</button>
        <button id="fresh" class="ghost" data-t="fresh">New</button>
        <button id="open-settings" class="ghost" aria-controls="settings" aria-expanded="false" data-t="settings">Settings</button>
      </div>
    </header>
    <div id="body">
      <nav id="side" hidden aria-label="Conversations" data-t-label="conversations"><ul id="history"></ul></nav>
      <main>
        <div id="compare-heads" hidden></div>
        <div id="thread" role="log" aria-live="polite" aria-relevant="additions" aria-label="Conversation" data-t-label="conversation" tabindex="0"></div>
        <div id="empty"><p data-t="ask">Ask something to begin.</p><ul id="examples"></ul></div>
        <form id="composer">
          <label class="hidden" for="input" data-t="message">Message</label>
          <textarea id="input" rows="1" data-t-placeholder="placeholder" placeholder="Message" autocomplete="off"></textarea>
          <button id="send" type="submit" data-t="send">Send</button>
          <button id="stop" type="button" hidden data-t="stop">Stop</button>
        </form>
        <p id="status" role="status" aria-live="polite"></p>
      </main>
      <aside id="settings" hidden aria-label="Settings" data-t-label="settings">
        <div class="field"><label for="model" data-t="model">Model</label><select id="model"></select></div>
        <div class="field"><label for="second" data-t="compare">Compare with</label><select id="second"></select></div>
        <div class="field"><label for="system" data-t="system">System prompt</label>
          <textarea id="system" rows="3" data-t-placeholder="systemDefault"></textarea></div>
        <div class="field"><label for="temperature"><span data-t="temperature">Temperature</span> <output id="temperature-value"></output></label>
          <input id="temperature" type="range" min="0" max="2" step="0.05"></div>
        <div class="field"><label for="top_p"><span data-t="topP">Top-p</span> <output id="top_p-value"></output></label>
          <input id="top_p" type="range" min="0.05" max="1" step="0.05"></div>
        <div class="field"><label for="max_tokens" data-t="maxTokens">Longest reply (tokens)</label>
          <input id="max_tokens" type="number" min="1" step="1" inputmode="numeric"></div>
        <div class="field"><label for="seed" data-t="seed">Seed (empty: random)</label>
          <input id="seed" type="number" step="1" inputmode="numeric"></div>
        <div class="field"><label for="key" data-t="key">API key</label>
          <input id="key" type="password" autocomplete="off" spellcheck="false"></div>
        <div class="field"><label for="language" data-t="language">Language</label>
          <select id="language"><option value="en">English</option><option value="zh">中文</option></select></div>
        <div class="field"><label for="theme" data-t="theme">Appearance</label>
          <select id="theme"><option value="auto" data-t="themeAuto">As the system</option><option value="light" data-t="themeLight">Light</option><option value="dark" data-t="themeDark">Dark</option></select></div>
      </aside>
    </div>
    """#
}
