extension Chinese {
  /// Comments and help texts of the pipeline that `init --zh` writes.
  static let pipeline = #"""
    = Substitute, mix, tokenize, train, evaluate, merge: a persona or a skill for any base, as one pipeline.
    替换占位符、混合、分词、训练、评测、合并：给任意基座教一个身份或一项技能，一条流水线做完。
    = Use it from a recipe:   pipeline: lora-sft   and   with: { base: …, domain: …, general: … }
    在配方里这样用：pipeline: lora-sft  和  with: { base: …, domain: …, general: … }
    = LoRA fine-tuning of a base on domain rows, with general rows so that nothing is forgotten.
    用领域数据对基座做 LoRA 微调，并混入通用数据，以免遗忘。
    = Where the base model comes from: hf:ORG/NAME, modelscope:ORG/NAME, pip:NAME==VERSION or file:PATH.
    基座的来源：hf:组织/名称、modelscope:组织/名称、pip:名称==版本 或 file:路径。
    = The rows to learn; may hold {{NAME}} and {{AUTHOR}}.
    要学的数据，可以含有 {{NAME}} 和 {{AUTHOR}}。
    = The rows that keep the rest from being forgotten.
    防止遗忘的通用数据。
    = What {{NAME}} becomes: one text, or one for each tag.
    {{NAME}} 换成什么：一段文字，或每个标签一段。
    = What {{AUTHOR}} becomes.
    {{AUTHOR}} 换成什么。
    = The system prompt to train and serve with.
    训练和服务时用的系统提示词。
    = Domain to general rows.
    领域数据与通用数据的比例。
    = The share of each source kept for validation.
    每个来源留作验证的比例。
    = The longest row in tokens.
    一条数据最多多少个 token。
    = Rank of the adapter.
    适配器的秩。
    = The adapter is scaled by alpha ÷ rank.
    适配器按 alpha ÷ rank 缩放。
    = The highest learning rate.
    学习率的峰值。
    = Rows of a batch.
    一批多少条数据。
    = Batches of one update.
    几批更新一次参数。
    = Passes over the rows.
    训练几轮。
    = Questions put to base and tuned model: a list of { ask: …, expect: { contains: … } }.
    问基座和微调后模型的问题：{ ask: …, expect: { contains: … } } 的列表。
    = Precision of the merged model.
    合并后模型的精度。
    """#
}
