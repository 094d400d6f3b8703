extension Chinese {
  /// What to write for a word that another program, or another language, has for it.
  static let broughtWords = #"""
    = lorapipe cannot do that: it {0}
    lorapipe 做不到：它要{0}
    = '{0}' belongs to a stage of kind {1}
    '{0}' 要写在 kind: {1} 的阶段里
    = it is called '{0}', and belongs to a stage of kind {1}
    这里叫 '{0}'，要写在 kind: {1} 的阶段里
    = '{0}' is a key of a stage of kind {1}, not of '{2}'
    '{0}' 直接写在 kind: {1} 的阶段里，不在 '{2}' 里
    = write {0}: {1}. {2}
    请写 {0}: {1}。{2}
    = write {0}: with the name of a stage of kind {1}. {2}
    请写 {0}: 加上 kind: {1} 的阶段的名字。{2}
    = write kind: in place of {0}:
    请把 {=0}: 换成 kind:
    = leave the template out, and the model's own is used; built-in ones are {0}
    删掉 template 即可，会用模型自带的模板；内置的有 {=0}
    = '{0}' is a page that shows one file of a repository
    '{0}' 是显示仓库里一个文件的网页
    = Write source: {0}, and include: ["{1}"].
    请写 source: {0}，并写 include: ["{1}"]。
    = chat is a conversation; for one question write: lorapipe generate -p 'TEXT'
    chat 用来连续对话；只问一句请写：lorapipe generate -p '问题'
    = the model is a stage of its own: base: { kind: fetch, source: "modelscope:ORG/NAME" }, and model: base
    模型要单独写成一个阶段：base: { kind: fetch, source: "modelscope:组织/名称" }，再写 model: base
    = rows are named in a mix stage: mixed: { kind: mix, domain: [./rows.jsonl] }, and data: mixed
    数据写在 mix 阶段里：mixed: { kind: mix, domain: [./rows.jsonl] }，再写 data: mixed
    = the mix stage keeps rows for validation, validation: 0.1
    验证数据由 mix 阶段留出：validation: 0.1
    = leave it out: a stage of kind sft trains a LoRA adapter, and the base stays as it is
    请去掉：kind: sft 的阶段训练 LoRA 适配器，基座不变
    = the chat template comes with the model
    对话模板由模型自带
    = outputs are in runs/; 'lorapipe export STAGE -o FOLDER' copies one out
    结果都在 runs/ 里；用 'lorapipe export 阶段名 -o 文件夹' 导出
    = write lora: { targets: { pattern: "…" } }
    请写 lora: { targets: { pattern: "…" } }
    = write lora: { layers: { last: N } }, for the last N layers
    请写 lora: { layers: { last: N } }，只训练最后 N 层
    = write lora: { targets: all-linear }
    请写 lora: { targets: all-linear }
    = merging is a stage of its own: merged: { kind: merge, model: base, adapter: train }
    合并是单独的阶段：merged: { kind: merge, model: base, adapter: train }
    = write the number behind the source in mix: general: ["zh#1000"]
    在 mix 里把条数写在来源后面：general: ["zh#1000"]
    = the source names the hub, hf:ORG/NAME or modelscope:ORG/NAME
    source 里写明从哪个模型库下载：hf:组织/名称 或 modelscope:组织/名称
    """#
}
