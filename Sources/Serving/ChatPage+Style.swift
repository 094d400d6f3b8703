extension ChatPage {
  static let style = #"""
    :root{--bg:#fff;--fg:#1a1c20;--soft:#5c6370;--line:#dfe2e8;--panel:#f5f6f8;--user:#e8effc;--accent:#2456c8;--on:#fff;--error:#b3261e;--code:#f0f2f5}
    @media (prefers-color-scheme:dark){:root:not([data-theme=light]){--bg:#15171b;--fg:#e6e8ec;--soft:#9aa2b0;--line:#30353e;--panel:#1d2026;--user:#22324f;--accent:#8ab0ff;--on:#0d1730;--error:#ff8a80;--code:#22262d}}
    :root[data-theme=dark]{--bg:#15171b;--fg:#e6e8ec;--soft:#9aa2b0;--line:#30353e;--panel:#1d2026;--user:#22324f;--accent:#8ab0ff;--on:#0d1730;--error:#ff8a80;--code:#22262d}
    *{box-sizing:border-box}[hidden]{display:none!important}
    html,body{height:100%;margin:0}
    body{display:flex;flex-direction:column;background:var(--bg);color:var(--fg);font:16px/1.55 system-ui,"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;overflow:hidden}
    button,select,input,textarea{font:inherit;color:inherit}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    .skip,.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    .skip:focus{position:fixed;left:8px;top:8px;width:auto;height:auto;clip-path:none;background:var(--bg);padding:8px 12px;z-index:9}
    header{display:flex;gap:12px;align-items:center;justify-content:space-between;padding:10px 18px;border-bottom:1px solid var(--line)}
    .heading{min-width:0}
    h1{font-size:1.05rem;margin:0;line-height:1.3;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    #description{margin:0;color:var(--soft);font-size:.86rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    .tools{display:flex;gap:4px;flex:none}
    a{color:var(--accent)}
    button{border:1px solid var(--line);background:var(--panel);border-radius:9px;padding:7px 13px;cursor:pointer;white-space:nowrap}
    button:hover{border-color:var(--accent)}
    button.ghost{background:none;border-color:transparent;padding:6px 9px;color:var(--soft)}
    button.ghost:hover,button.ghost[aria-expanded=true]{background:var(--panel);color:var(--fg)}
    #body{flex:1;min-height:0;display:flex}
    main{flex:1;min-width:0;display:flex;flex-direction:column;padding:0 18px 8px}
    #thread{flex:1;overflow-y:auto;padding:18px 0;scroll-behavior:auto}
    #thread>*,#composer,#status,#empty{max-width:860px;margin-inline:auto}
    body.comparing #thread>*,body.comparing #compare-heads{max-width:1280px}
    #thread:empty{display:none}
    #empty{flex:1;display:flex;flex-direction:column;justify-content:center;width:100%;color:var(--soft)}
    #empty p{font-size:1.1rem;margin:0 0 14px;text-align:center}
    #examples{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:8px;justify-content:center}
    #examples button{border-radius:16px;color:var(--fg);white-space:normal;text-align:left}
    .turn{margin-bottom:18px}
    .user{display:flex;flex-direction:column;align-items:flex-end}
    .user .text{background:var(--user);border-radius:14px 14px 4px 14px;padding:9px 14px;max-width:85%;white-space:pre-wrap;overflow-wrap:anywhere}
    .replies{display:grid;grid-template-columns:minmax(0,1fr);gap:18px}
    body.comparing .replies{grid-template-columns:repeat(2,minmax(0,1fr))}
    body.comparing .reply{border:1px solid var(--line);border-radius:12px;padding:10px 14px}
    .who{color:var(--soft);font-size:.8rem;margin-bottom:2px;overflow:hidden;text-overflow:ellipsis}
    .text>:first-child{margin-top:0}.text>:last-child{margin-bottom:0}
    .reply .text{overflow-wrap:anywhere}
    .reply p{margin:.55em 0;white-space:pre-wrap}
    .reply h2,.reply h3,.reply h4{margin:.9em 0 .4em;line-height:1.3;font-size:1.05rem}.reply h2{font-size:1.2rem}
    .reply ul,.reply ol{margin:.5em 0;padding-left:1.6em}
    .reply blockquote{margin:.6em 0;padding-left:12px;border-left:3px solid var(--line);color:var(--soft)}
    .reply code{background:var(--code);border-radius:5px;padding:.12em .35em;font:.88em/1.5 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
    .code{position:relative;margin:.7em 0;border:1px solid var(--line);border-radius:10px;overflow:hidden;background:var(--code)}
    .code .bar{display:flex;justify-content:space-between;align-items:center;padding:2px 6px 2px 12px;font-size:.78rem;color:var(--soft);border-bottom:1px solid var(--line)}
    .code pre{margin:0;padding:10px 12px;overflow-x:auto}.code pre code{background:none;padding:0}
    .reply table{border-collapse:collapse;margin:.7em 0;display:block;overflow-x:auto}.reply th,.reply td{border:1px solid var(--line);padding:4px 9px;text-align:left}
    .actions{display:flex;gap:2px;margin-top:2px;min-height:28px}
    .actions button{font-size:.8rem;padding:2px 8px}
    .error{color:var(--error)}
    .waiting::after{content:"";display:inline-block;width:.5em;height:1em;background:var(--accent);vertical-align:-.15em;animation:blink 1s steps(2) infinite}
    @keyframes blink{50%{opacity:0}}
    @media (prefers-reduced-motion:reduce){.waiting::after{animation:none}}
    #composer{display:flex;gap:8px;align-items:flex-end;width:100%;border:1px solid var(--line);border-radius:14px;padding:7px;background:var(--panel)}
    #composer:focus-within{border-color:var(--accent)}
    #input{flex:1;min-width:0;resize:none;border:0;background:none;outline:none;padding:8px;max-height:40vh;line-height:1.5}
    #send{background:var(--accent);color:var(--on);border-color:var(--accent)}
    #send:disabled{opacity:.5;cursor:default}
    #status{width:100%;margin-top:4px;margin-bottom:0;min-height:1.3em;font-size:.8rem;color:var(--soft);text-align:center}
    aside,nav{width:290px;flex:none;overflow-y:auto;padding:16px;background:var(--panel)}
    aside{border-left:1px solid var(--line)}nav{border-right:1px solid var(--line);padding:12px}
    .field{margin-bottom:14px}.field label{display:block;font-size:.86rem;color:var(--soft);margin-bottom:4px}
    .field select,.field textarea,.field input:not([type=range]){width:100%;padding:7px 9px;border:1px solid var(--line);border-radius:8px;background:var(--bg)}
    .field textarea{resize:vertical}.field input[type=range]{width:100%;accent-color:var(--accent)}
    .field output{float:right;color:var(--fg);font-variant-numeric:tabular-nums}
    #history{list-style:none;margin:0;padding:0}#history li{display:flex;gap:2px;margin-bottom:2px}
    #history .pick{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;text-align:left;background:none;border-color:transparent}
    #history li[aria-current=true] .pick{background:var(--bg);border-color:var(--line)}
    .editing{width:100%}.editing textarea{width:100%;padding:9px 12px;border:1px solid var(--accent);border-radius:10px;background:var(--bg);resize:vertical}
    @media (max-width:720px){
      header{padding:8px 12px}#description{display:none}.tools button{padding:6px 7px;font-size:.88rem}
      main{padding:0 12px 6px}
      aside,nav{position:fixed;inset:52px 0 0 0;width:auto;z-index:5;border:0}
      body.comparing .replies{grid-template-columns:minmax(0,1fr);gap:8px}
      .user .text{max-width:92%}
    }
    """#
}
