extension Chinese {
  /// Settings and rows of a training, and arithmetic on matrices.
  static let training = #"""
    = belong to a vocabulary of another size than the base's
    对应的词表大小与基座不同
    = are not served beside the base's
    不能与基座一起部署
    = the system does not give {0} of memory
    系统无法提供 {0} 内存
    = {0}: {1} and {2} values do not fit rank {3}
    {0}：{1}和{2}个值与 rank {3}不符
    = {0} numbers are no {1} × {2} matrix
    {0}个数组不成{1} × {2}的矩阵
    = a matrix of {0} × {1} has no {2} singular values
    {0} × {1}的矩阵没有{2}个奇异值
    = the adapter belongs to another base: its update of '{0}' is not of a table of {1} tokens with {2} numbers each
    适配器属于另一个基座：它对 '{0}' 的更新，不属于{1}个 token、每个{2}个数的表
    = are not trained further
    不能继续训练
    = the ranks of projections that read one input add up to {0}, more than {1}
    读同一输入的各投影的 rank 之和是{0}，超过{1}
    = token {0} at position {1} is not in the model's vocabulary of {2}
    位置{1}的 token {0}不在模型的{2}个 token 的词表里
    = cannot move the checkpoint into place
    无法把检查点移到位
    = remove it, or give another folder
    删掉它，或换一个文件夹
    = the best checkpoint belongs to another training
    最佳检查点属于另一次训练
    = evaluation during training is asked for, but there are no validation rows
    要求在训练中评测，但没有验证集
    = load_best needs a folder for checkpoints
    load_best 需要一个放检查点的文件夹
    = rows of the window: {0}
    这一步的数据：{0}
    = 8 or 16 serves most adapters
    大多数适配器用 8 或 16 就够
    = LoRA alpha must be above 0
    LoRA alpha 应大于 0
    = no projection is adapted
    没有给任何投影加适配器
    = name targets, or all-linear
    请写 targets，或 all-linear
    = the number of last layers
    最后几层的层数
    = the LoRA rank with lora.init: pissa
    lora.init: pissa 时的 LoRA rank
    = leave out lora.init, or set dora: false
    去掉 lora.init，或设 dora: false
    = the learning rate must be above 0
    学习率应大于 0
    = the number of warm-up steps
    预热步数
    = weight decay
    权重衰减
    = AdamW's first beta
    AdamW 的第一个 beta
    = AdamW's second beta
    AdamW 的第二个 beta
    = AdamW's epsilon must be above 0
    AdamW 的 epsilon 应大于 0
    = the clip norm must be at least 0
    梯度裁剪的范数不能小于 0
    = the batch size
    批次大小
    = gradient accumulation
    梯度累积
    = epochs must be above 0 and at most 1000000
    epochs 应大于 0，且不超过 1000000
    = the number of steps
    步数
    = there are no training rows
    没有训练数据
    = there are no rows to evaluate
    没有可以评测的数据
    = {0} ids but {1} labels
    有{0}个编号，却有{1}个标签
    = tokenize the data again
    请重新分词
    = no token is labeled
    没有参与训练的 token
    = raise max_length or drop the row
    调大 max_length，或去掉这条数据
    = a token is not in the model's vocabulary
    有 token 不在模型的词表里
    = {0} tokens, past the {1} after which the model's RoPE changes
    有{0}个 token，超过了模型 RoPE 开始改变的{1}个
    = {0}='{1}' is not a level: {2}
    {0}='{1}' 不是一个级别，可以写：{=2}
    = unset the variable to use all that the processor has
    取消这个环境变量，就会用上处理器的全部能力
    = {0}='{1}': this processor has no such kernels, those of level '{2}' are used
    {0}='{1}'：这个处理器没有这一级的内核，改用 '{2}' 级
    = the LoRA rank with lora.init: pissa must lie between {0} and {1}, not {2}
    lora.init: pissa 时的 LoRA rank 应在 {0} 到 {1} 之间，而不是 {2}
    """#
}
