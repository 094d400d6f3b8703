extension ChatPage {
  static let style = #"""
    :root{color-scheme:light;--bg:#fff;--fg:#1b1d22;--soft:#5b6270;--line:#e3e5ea;--panel:#f6f7f9;--user:#eaf0fd;--accent:#2f5bd7;--accent2:#a3480f;--on:#fff;--error:#b3261e;--error-bg:#fdeceb;--code:#f6f7f9;--hover:#eceef2;--shadow:0 1px 2px #0000000d,0 6px 20px #0000000f;--kw:#8a2b9e;--str:#1c6b3a;--num:#9a4b00;--com:#6a7180}
    @media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;--bg:#16181c;--fg:#e7e9ee;--soft:#a0a8b6;--line:#2f333b;--panel:#1c1f24;--user:#25334f;--accent:#8fb2ff;--accent2:#f0a878;--on:#0e1830;--error:#ff9d94;--error-bg:#3a2222;--code:#1f2329;--hover:#282c33;--shadow:0 1px 2px #0006,0 6px 20px #0005;--kw:#d99be8;--str:#8fd6a5;--num:#f0b27a;--com:#9099a8}}
    :root[data-theme=dark]{color-scheme:dark;--bg:#16181c;--fg:#e7e9ee;--soft:#a0a8b6;--line:#2f333b;--panel:#1c1f24;--user:#25334f;--accent:#8fb2ff;--accent2:#f0a878;--on:#0e1830;--error:#ff9d94;--error-bg:#3a2222;--code:#1f2329;--hover:#282c33;--shadow:0 1px 2px #0006,0 6px 20px #0005;--kw:#d99be8;--str:#8fd6a5;--num:#f0b27a;--com:#9099a8}
    *{box-sizing:border-box}[hidden]{display:none!important}
    html,body{height:100%;margin:0}
    body{background:var(--bg);color:var(--fg);font:16px/1.6 system-ui,"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei","WenQuanYi Micro Hei",sans-serif;overflow:hidden}
    button,select,input,textarea{font:inherit;color:inherit}
    svg{width:20px;height:20px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round;flex:none;display:block}
    .sprite{position:absolute;width:0;height:0}
    a{color:var(--accent)}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    .skip,.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    .skip:focus{position:fixed;left:8px;top:8px;width:auto;height:auto;clip-path:none;background:var(--bg);padding:8px 14px;border-radius:8px;box-shadow:var(--shadow);z-index:20}
    button{border:1px solid var(--line);background:var(--bg);border-radius:10px;padding:7px 14px;cursor:pointer}
    button:hover{background:var(--hover)}
    .icon{border-color:transparent;background:none;padding:7px;color:var(--soft);display:inline-flex;align-items:center;gap:6px}
    .icon:hover,.icon[aria-expanded=true]{background:var(--hover);color:var(--fg)}
    .wide{display:flex;align-items:center;justify-content:center;gap:8px;width:100%}
    #app{display:flex;height:100%;height:100dvh}
    #middle{flex:1;min-width:0;display:flex;flex-direction:column}
    header{display:flex;gap:8px;align-items:center;padding:8px 14px;min-height:54px;border-bottom:1px solid var(--line)}
    h1{font-size:1rem;font-weight:650;margin:0;flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    #pickers{display:flex;align-items:center;gap:8px;min-width:0;color:var(--soft);font-size:.86rem}
    select{appearance:none;border:1px solid var(--line);border-radius:9px;background:var(--bg) no-repeat right 9px center/10px url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 6'%3E%3Cpath d='M1 1l4 4 4-4' fill='none' stroke='%23808896' stroke-width='1.6' stroke-linecap='round'/%3E%3C/svg%3E");padding:6px 28px 6px 11px;max-width:100%;text-overflow:ellipsis}
    #pickers select{color:var(--fg);max-width:210px;min-width:0}
    main{flex:1;min-height:0;display:flex;flex-direction:column}
    #scroll{flex:1;min-height:0;overflow-y:auto;padding:22px 20px 8px;display:flex;flex-direction:column;outline-offset:-3px}
    #thread,#composer,#status{width:100%;max-width:800px;margin-inline:auto}
    body.comparing #thread{max-width:1240px}
    #empty{margin:auto;width:100%;max-width:680px;text-align:center;padding:12px 0}
    .mark{width:56px;height:56px;margin:0 auto 14px;border-radius:17px;display:grid;place-items:center;font-size:1.6rem;font-weight:650;color:#fff;background:linear-gradient(135deg,#3f6df0,#8a4fe0);box-shadow:var(--shadow)}
    #greeting{font-size:1.55rem;line-height:1.3;margin:0 0 6px;font-weight:650}
    #description{margin:0 auto 22px;color:var(--soft);max-width:56ch;overflow-wrap:anywhere}
    #examples{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fit,minmax(240px,1fr));gap:10px}
    #examples button{width:100%;height:100%;text-align:left;padding:12px 15px;border-radius:13px;overflow-wrap:anywhere;line-height:1.45}
    #examples button:hover{border-color:var(--accent);background:var(--bg)}
    .turn{margin-bottom:26px}
    .user{display:flex;flex-direction:column;align-items:flex-end;margin-bottom:14px}
    .user .text{background:var(--user);border-radius:18px 18px 5px 18px;padding:9px 16px;max-width:85%;white-space:pre-wrap;overflow-wrap:anywhere}
    .replies{display:grid;grid-template-columns:minmax(0,1fr);gap:16px;align-items:start}
    .replies.two{grid-template-columns:repeat(2,minmax(0,1fr))}
    .replies.two .reply{border:1px solid var(--line);border-radius:14px;padding:12px 16px 6px;height:100%;display:flex;flex-direction:column}
    .replies.two .actions{margin-top:auto;padding-top:6px}
    .who{display:flex;align-items:center;gap:7px;color:var(--soft);font-size:.82rem;font-weight:550;margin-bottom:4px;min-width:0;overflow-wrap:anywhere}
    .who::before{content:"";width:8px;height:8px;border-radius:50%;background:var(--accent);flex:none}
    .reply:nth-child(2) .who::before{background:var(--accent2)}
    .text>:first-child{margin-top:0}.text>:last-child{margin-bottom:0}
    .reply .text{overflow-wrap:anywhere}
    .reply p{margin:.6em 0;white-space:pre-wrap}
    .reply h3,.reply h4,.reply h5{margin:1.1em 0 .4em;line-height:1.35;font-size:1.02rem}.reply h3{font-size:1.22rem}.reply h4{font-size:1.1rem}
    .reply ul,.reply ol{margin:.6em 0;padding-left:1.6em}.reply li{margin:.2em 0}.reply li>ul,.reply li>ol{margin:.2em 0}
    .reply blockquote{margin:.7em 0;padding-left:14px;border-left:3px solid var(--line);color:var(--soft);white-space:pre-wrap}
    .reply hr{border:0;border-top:1px solid var(--line);margin:1em 0}
    code{font:.88em/1.55 ui-monospace,"SF Mono","DejaVu Sans Mono",Menlo,Consolas,monospace}
    .reply :not(pre)>code{background:var(--code);border:1px solid var(--line);border-radius:6px;padding:.08em .36em}
    .code{margin:.8em 0;border:1px solid var(--line);border-radius:12px;overflow:hidden;background:var(--code)}
    .code .bar{display:flex;justify-content:space-between;align-items:center;padding:3px 5px 3px 14px;font-size:.78rem;color:var(--soft);border-bottom:1px solid var(--line)}
    .code pre{margin:0;padding:12px 14px;overflow-x:auto;tab-size:4;outline-offset:-2px}
    .kw{color:var(--kw)}.str{color:var(--str)}.num{color:var(--num)}.com{color:var(--com);font-style:italic}
    .table{overflow-x:auto;margin:.8em 0}.reply table{border-collapse:collapse}.reply th,.reply td{border:1px solid var(--line);padding:5px 11px;text-align:left}.reply th{background:var(--panel);font-weight:600}
    .think{margin:0 0 .7em;color:var(--soft);font-size:.92rem;border-left:3px solid var(--line);padding-left:12px}.think summary{cursor:pointer}
    .actions{display:flex;flex-wrap:wrap;align-items:center;gap:2px;margin:2px 0 0 -6px;min-height:32px;color:var(--soft);font-size:.78rem}
    .actions .icon{padding:5px}.actions svg{width:17px;height:17px}.actions .figures{margin-left:6px;font-variant-numeric:tabular-nums}
    .user .actions{margin:2px 0 0}
    .error{color:var(--error);background:var(--error-bg);border-radius:11px;padding:10px 14px}
    .cut{color:var(--soft);font-size:.86rem}
    .waiting>:last-child::after,.waiting:empty::after{content:"";display:inline-block;width:.5em;height:1em;border-radius:2px;background:var(--accent);vertical-align:-.12em;margin-left:2px;animation:blink 1.1s steps(2) infinite}
    @keyframes blink{50%{opacity:0}}
    #bottom{position:relative;padding:0 20px calc(8px + env(safe-area-inset-bottom))}
    #down{position:absolute;left:50%;top:-48px;transform:translateX(-50%);background:var(--bg);border:1px solid var(--line);border-radius:50%;box-shadow:var(--shadow)}
    #composer{display:flex;gap:8px;align-items:flex-end;border:1px solid var(--line);border-radius:22px;padding:6px;background:var(--bg);box-shadow:var(--shadow)}
    #composer:focus-within{border-color:var(--accent)}
    #input{flex:1;min-width:0;resize:none;border:0;background:none;outline:none;padding:7px 6px 7px 13px;max-height:38vh;line-height:1.5}
    #input::placeholder,textarea::placeholder{color:var(--soft);opacity:1}
    #send,#stop{border-radius:50%;width:38px;height:38px;padding:0;display:grid;place-items:center;flex:none;background:var(--accent);color:var(--on);border-color:var(--accent)}
    #send:disabled{background:var(--hover);border-color:var(--hover);color:var(--soft);cursor:default}
    #status{margin-block:5px 0;min-height:1.6em;font-size:.8rem;color:var(--soft);text-align:center}
    #status button{padding:0 8px;margin-left:8px;border-radius:7px;color:var(--accent)}
    #status.bad{color:var(--error)}
    aside,nav{width:284px;flex:none;overflow-y:auto;padding:10px 14px 16px;background:var(--panel);display:flex;flex-direction:column}
    aside{border-left:1px solid var(--line);display:block;width:310px}nav{border-right:1px solid var(--line)}
    .head{display:flex;align-items:center;justify-content:space-between;gap:8px;margin-bottom:12px}.head h2{font-size:1rem;margin:0}
    .field{margin-bottom:15px}.field label{display:block;font-size:.86rem;color:var(--soft);margin-bottom:4px}
    .field select,.field textarea,.field input:not([type=range]){width:100%;padding:8px 11px;border:1px solid var(--line);border-radius:9px;background-color:var(--bg)}
    .field textarea{resize:vertical;line-height:1.5}.field input[type=range]{width:100%;accent-color:var(--accent);margin:2px 0}
    .field output{float:right;color:var(--fg);font-variant-numeric:tabular-nums}
    summary{cursor:pointer;color:var(--soft);font-size:.9rem}details[open]>summary{margin-bottom:12px}
    aside hr{border:0;border-top:1px solid var(--line);margin:18px 0}
    #history{list-style:none;margin:0;padding:0;flex:1}#history li{display:flex;align-items:center;border-radius:9px;margin-bottom:2px}
    #history li:hover,#history li[aria-current=true]{background:var(--hover)}#history li[aria-current=true] .pick{font-weight:600}
    #history .pick{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;text-align:left;background:none;border-color:transparent;padding:7px 10px;font-size:.92rem}
    #history .icon svg{width:17px;height:17px}#history .icon{opacity:0}#history li:hover .icon,#history .icon:focus-visible,#history li:focus-within .icon{opacity:1}
    .note{color:var(--soft);font-size:.78rem;margin:12px 4px 0}
    .editing{width:100%}.editing textarea{width:100%;padding:10px 14px;border:1px solid var(--accent);border-radius:14px;background:var(--bg);resize:vertical;outline:none}
    .editing .row{display:flex;gap:8px;justify-content:flex-end;margin-top:6px}.editing .primary{background:var(--accent);color:var(--on);border-color:var(--accent)}
    #shade{position:fixed;inset:0;background:#0007;z-index:9}
    .narrow{display:none}
    @media (hover:none){#history .icon{opacity:1}}
    @media (prefers-reduced-motion:reduce){.waiting>:last-child::after,.waiting:empty::after{animation:none}}
    @media (max-width:1080px){aside{position:fixed;inset:0 0 0 auto;z-index:10;box-shadow:var(--shadow)}}
    @media (max-width:820px){
      .narrow{display:inline-flex}
      header{flex-wrap:wrap;padding:6px 8px;gap:4px;min-height:50px}#pickers{order:9;flex-basis:100%;padding:0 6px 4px}#pickers select{flex:1;max-width:none}
      nav{position:fixed;inset:0 auto 0 0;z-index:10;width:min(300px,86vw);box-shadow:var(--shadow)}aside{width:min(330px,90vw)}
      #scroll{padding:16px 14px 6px}#bottom{padding-inline:10px}
      .replies.two{grid-template-columns:minmax(0,1fr)}
      .user .text{max-width:92%}#greeting{font-size:1.3rem}
      #examples{grid-template-columns:minmax(0,1fr)}
      select,input,textarea{font-size:16px}
      .icon{min-width:40px;min-height:40px;justify-content:center}
    }
    @media print{nav,aside,#bottom,.actions,header button,#pickers{display:none!important}html,body,#app,main,#scroll{height:auto;overflow:visible;display:block}}
    """#
}
