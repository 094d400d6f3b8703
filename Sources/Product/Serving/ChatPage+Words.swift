extension ChatPage {
  /// What the page says, in each of its languages.
  static let words = #"""
    const words = {
      en: {
        skip: 'Skip to the message field', conversations: 'Conversations', fresh: 'New conversation', settings: 'Settings',
        close: 'Close', conversation: 'Conversation', local: 'Conversations stay in this browser.',
        greeting: 'How can I help?', message: 'Message', placeholder: 'Message (Enter sends, Shift+Enter starts a line)',
        send: 'Send', stop: 'Stop', latest: 'To the latest message', model: 'Model', versus: 'beside',
        compare: 'Compare with', none: 'none', system: 'System prompt', systemDefault: 'The service\u2019s own',
        temperature: 'Temperature', topP: 'Top-p', topK: 'Top-k (0: all)', minP: 'Min-p',
        repetition: 'Repetition penalty', maxTokens: 'Longest reply (tokens)', seed: 'Seed (empty: random)',
        more: 'More sampling', reset: 'Back to the service\u2019s defaults', key: 'API key', language: 'Language',
        theme: 'Appearance', themeAuto: 'As the system', themeLight: 'Light', themeDark: 'Dark',
        download: 'Download this conversation', you: 'You', copy: 'Copy', copied: 'Copied', retry: 'Try again',
        edit: 'Edit', cancel: 'Cancel', remove: 'Delete', removed: 'Conversation deleted.',
        changed: 'Later messages were removed.', undo: 'Undo', untitled: 'New conversation', stopped: 'Stopped.',
        writing: 'Writing\u2026', tokens: 'tokens', failed: 'It did not work', full: 'The browser\u2019s storage is full: the oldest conversations were not kept.',
        keyNeeded: 'This service needs an API key: enter it in the settings.',
        unreachable: 'The service cannot be reached.', cut: 'Cut off at the longest reply.', thinking: 'Thinking'
      },
      zh: {
        skip: '跳到输入框', conversations: '对话', fresh: '新对话', settings: '设置', close: '关闭', conversation: '对话内容',
        local: '对话只保存在本浏览器中。', greeting: '有什么可以帮你？', message: '消息',
        placeholder: '输入消息（回车发送，Shift+回车换行）', send: '发送', stop: '停止', latest: '回到最新消息',
        model: '模型', versus: '对比', compare: '对比模型', none: '不对比', system: '系统提示词', systemDefault: '使用服务默认',
        temperature: '温度', topP: 'Top-p', topK: 'Top-k（0 为不限）', minP: 'Min-p', repetition: '重复惩罚',
        maxTokens: '最长回复（词元）', seed: '随机种子（留空为随机）', more: '更多采样参数', reset: '恢复服务默认值',
        key: 'API 密钥', language: '语言', theme: '外观', themeAuto: '跟随系统', themeLight: '浅色', themeDark: '深色',
        download: '下载当前对话', you: '你', copy: '复制', copied: '已复制', retry: '重试', edit: '编辑', cancel: '取消',
        remove: '删除', removed: '对话已删除。', changed: '后面的消息已移除。', undo: '撤销', untitled: '新对话',
        stopped: '已停止。', writing: '正在回复…', tokens: '词元', failed: '出错了', full: '浏览器存储已满：最早的对话未保留。',
        keyNeeded: '该服务需要 API 密钥，请在设置中填写。', unreachable: '无法连接到服务。', cut: '已达到最长回复，内容被截断。',
        thinking: '思考过程'
      }
    };
    """#
}
