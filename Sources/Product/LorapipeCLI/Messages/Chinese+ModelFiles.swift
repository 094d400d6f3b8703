extension Chinese {
  /// What is wrong with files of models and adapters: GGUF, safetensors and the configuration of an adapter.
  static let modelFiles = #"""
    = {0} has no new matrices
    {0}没有新的矩阵
    = {0}: its new matrices do not fit rank {1}
    {0}：新的矩阵与 rank {1}不符
    = tensor '{0}': {1}
    张量 '{0}'：{1}
    = LoRA and DoRA on linear layers, embedding and head are read, and whole modules
    可以读取线性层、embedding 和输出头上的 LoRA 与 DoRA，以及整个模块
    = a magnitude of DoRA, but the configuration does not say 'use_dora'
    有 DoRA 的幅值，但配置里没有 'use_dora'
    = lora_A {0} and lora_B {1} do not fit the rank {2} of the adapter's configuration
    lora_A {0}和 lora_B {1}与适配器配置的 rank {2}不符
    = it adapts layer {0}, the base has {1} layers
    它改动第{0}层，而基座只有{1}层
    = it adapts {0}, which is no linear layer of the base
    它改动{0}，而这不是基座的线性层
    = {0} adapts [{1}, {2}], the base has [{3}, {4}]
    {0}改动的是 [{1}, {2}]，而基座是 [{3}, {4}]
    = not a JSON object
    不是 JSON 对象
    = 'r' is not a whole number from 1 to 65536
    'r' 不是 1 到 65536 的整数
    = 'lora_alpha' is not a number
    'lora_alpha' 不是数字
    = '{0}' is not {1}
    '{0}' 不是{1}
    = 'lora_dropout' is not in 0..<1
    'lora_dropout' 不在 0..<1 之内
    = '{0}' is not an object
    '{0}' 不是对象
    = '{0}' has a bad value for '{1}'
    '{0}' 里 '{1}' 的值不对
    = '{0}' is not a list of names
    '{0}' 不是名字的列表
    = 'trainable_token_indices' is not a list of different tokens
    'trainable_token_indices' 不是互不相同的 token 的列表
    = 'trainable_token_indices' names '{0}', which is neither the embedding nor the output head
    'trainable_token_indices' 写了 '{0}'，它既不是 embedding 也不是输出头
    = 'target_modules' names '{0}', which is no linear layer of a block
    'target_modules' 写了 '{0}'，它不是块里的线性层
    = an adapter of type '{0}'
    类型为 '{0}' 的适配器
    = the task '{0}'
    任务 '{0}'
    = trained biases ('bias': '{0}')
    训练过的偏置（'bias': '{0}'）
    = 'init_lora_weights': {0}, which changes the base's weights,
    会改变基座权重的 'init_lora_weights': {0}
    = its linear layers are {0}
    它的线性层有：{=0}
    = {0}: the magnitudes do not fit DoRA's configuration
    {0}：幅值与 DoRA 的配置不符
    = 'modules_to_save' names '{0}', and the file holds no weight of such a module
    'modules_to_save' 写了 '{0}'，而文件里没有这个模块的权重
    = tensor '{0}' holds no weights
    张量 '{0}' 里不是权重
    = 'trainable_token_indices' does not say which tokens the rows of '{0}' are of
    'trainable_token_indices' 没有写明 '{0}' 的各行属于哪些 token
    = {0} tokens of '{1}' have the rows {2}
    '{1}' 的{0}个 token 对应的行是{2}
    = the file holds no rows of the tokens in 'trainable_token_indices'
    文件里没有 'trainable_token_indices' 所列 token 的行
    = 'target_modules' names '{0}', and the file holds no low-rank update of it
    'target_modules' 写了 '{0}'，而文件里没有它的低秩更新
    = the low-rank update of '{0}' lacks A or B
    '{0}' 的低秩更新缺少 A 或 B
    = A {0} and B {1} of '{2}' do not fit the rank {3}
    '{2}' 的 A {0}和 B {1}与 rank {3}不符
    = DoRA of the embedding is not supported
    不支持 embedding 的 DoRA
    = the magnitudes of '{0}' do not fit its configuration
    '{0}' 的幅值与它的配置不符
    = the model has the chat templates {0}, and none of them is the default
    模型有对话模板{=0}，但没有一个是默认的
    = a GGUF adapter does not hold
    GGUF 适配器存不下
    = a tensor name
    张量名
    = the file is one of {0} parts of a model, but its name does not say which
    这个文件是模型{0}个部分之一，但从文件名看不出是哪一个
    = split.count is {0}, not {1}
    split.count 是{0}，而不是{1}
    = split.no is {0}, not {1}
    split.no 是{0}，而不是{1}
    = split.tensors.count is {0}, not {1}
    split.tensors.count 是{0}，而不是{1}
    = tensor '{0}' is in part {1}, too
    张量 '{0}' 在第{1}部分里也有
    = the parts hold {0} tensors, not {1}
    各部分共有{0}个张量，而不是{1}个
    = not a BPE tokenizer
    不是 BPE 分词器
    = GGUF has no name for this pre-tokenizer
    GGUF 没有这种预分词器的名字
    = token '{0}' has no id below the vocabulary size {1}
    token '{0}' 没有小于词表大小{1}的编号
    = bad added token
    added token 不对
    = a merge is not a pair of tokens
    有一条合并规则不是一对 token
    = truth values
    真假值
    = metadata '{0}' does not hold {1}
    元数据 '{0}' 里不是{1}
    = the array length of metadata '{0}'
    元数据 '{0}' 的数组长度
    = a string length in metadata '{0}'
    元数据 '{0}' 里的字符串长度
    = tensor '{0}': GGUF cannot hold {1}
    张量 '{0}'：GGUF 存不下{1}
    = the bytes of tensor {0} are not as many as announced
    张量{0}的字节数与声明的不一致
    = the GGUF file's tokenizer is of the kind '{0}', neither 'gpt2' nor 'llama'
    GGUF 文件的分词器类型是 '{0}'，既不是 'gpt2' 也不是 'llama'
    = the GGUF file holds no vocabulary
    GGUF 文件里没有词表
    = {0} token types for {1} tokens
    {1}个 token 却有{0}个 token 类型
    = a token occurs twice in the vocabulary
    词表里有一个 token 出现了两次
    = '{0}' is not JSON: {1}
    '{0}' 不是 JSON：{1}
    = the pre-tokenizer '{0}' is not known
    不认识预分词器 '{0}'
    = the GGUF file holds no merges
    GGUF 文件里没有合并规则（merges）
    = the tokenizer's tokens have no scores
    分词器的 token 没有分数
    = the base must have first
    要先写进基座
    = it is longer than {0} bytes
    它超过{0}字节
    = {0} at byte {1}
    {0}（第{1}字节）
    = write a regular expression over module paths, such as '.*\.[0-3]\.self_attn\.(q|v)_proj'
    请写一个匹配模块路径的正则表达式，例如 '.*\.[0-3]\.self_attn\.(q|v)_proj'
    = cannot map the file
    无法映射文件
    = no safetensors file: a header of {0} bytes is over the limit of 100 MB
    不是 safetensors 文件：{0}字节的文件头超过 100 MB 的上限
    = the header is not valid JSON: {0}
    文件头不是有效的 JSON：{0}
    = the header is not a JSON object
    文件头不是 JSON 对象
    = '__metadata__' is not an object
    '__metadata__' 不是对象
    = metadata '{0}' is not a string
    元数据 '{0}' 不是字符串
    = tensor '{0}' starts at {1}, but the data before it ends at {2}
    张量 '{0}' 从{1}开始，而它前面的数据在{2}结束
    = {0} bytes after the last tensor belong to none
    最后一个张量后面还有{0}字节不属于任何张量
    = the header gives no dtype
    文件头没有写 dtype
    = the header gives no shape of up to 8 dimensions
    文件头没有写不超过 8 维的 shape
    = the shape has a bad extent
    shape 里有一维不对
    = the data offsets are not two ascending positions
    data_offsets 不是两个递增的位置
    = shape {0} of {1} does not fill {2} bytes
    {1}的形状{0}与{2}字节不符
    = tensor '{0}' does not fit its bytes
    张量 '{0}' 与它的字节数不符
    = tensor '{0}': safetensors cannot hold {1}
    张量 '{0}'：safetensors 存不下{1}
    = {0} bytes were written where {1} were announced
    写了{0}字节，而声明的是{1}字节
    = a token's score is not a number
    有一个 token 的分数不是数字
    = token {0} has {1} bytes, more than {2}
    token {0}有{1}字节，超过{2}
    = '{0}' is too large
    '{0}' 太大
    = tensor '{0}' {1} cannot be stored as {2}
    张量 '{0}' {1}不能存成{2}
    = tensor '{0}' has the value {1} at [{2}, {3}]
    张量 '{0}' 在 [{2}, {3}] 的值是{1}
    = tensor '{0}' cannot be written as {1}
    张量 '{0}' 不能写成{1}
    = 'tokenizer.json' is not an object
    'tokenizer.json' 不是对象
    = the 'tokenizer_class' is '{0}'
    'tokenizer_class' 是 '{0}'
    = 'vocab.json' is not an object
    'vocab.json' 不是对象
    = not a vector
    不是向量
    = not a matrix
    不是矩阵
    = type {0}
    类型 {0}
    = trained biases ('bias': '{0}') is not supported
    不支持训练过的偏置（'bias': '{0}'）
    = 'init_lora_weights': {0}, which changes the base's weights, is not supported
    不支持会改变基座权重的 'init_lora_weights': {0}
    = the string length of {0} of {1} does not fit the file
    {0}的字符串长度 {1} 超出了文件
    = the array length of metadata '{0}' of {1} does not fit the file
    元数据 '{0}' 的数组长度 {1} 超出了文件
    """#
}
