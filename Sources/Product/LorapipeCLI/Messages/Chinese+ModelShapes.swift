extension Chinese {
  /// What a model's configuration asks for and this program does not have, and sizes that do not fit together.
  static let modelShapes = #"""
    = values of another width than keys are not supported
    不支持 value 与 key 宽度不同的模型
    = {0}: {1} is outside 1…{2}
    {0}：{1}不在 1…{2}之内
    = the RoPE parameters are not an object
    RoPE 参数不是对象
    = RoPE parameters that differ by layer are not those of a {0}
    各层不同的 RoPE 参数不属于{0}模型
    = 'partial_rotary_factor' is above 1
    'partial_rotary_factor' 大于 1
    = metadata '{0}' is not positive
    元数据 '{0}' 不是正数
    = '{0}' is not a whole number
    '{0}' 不是整数
    = the RoPE parameters lack '{0}'
    RoPE 参数缺少 '{0}'
    = 'partial_rotary_factor' asks for partial RoPE, which a {0} model does not have
    'partial_rotary_factor' 要求部分 RoPE，而{0}模型没有
    = 'rope_type' is not a text
    'rope_type' 不是文本
    = dynamic RoPE needs a head dimension above 2
    动态 RoPE 要求注意力头的维度大于 2
    = the RoPE factor {0} is below 1
    RoPE 的系数{0}小于 1
    = 'high_freq_factor' is not above 'low_freq_factor'
    'high_freq_factor' 没有大于 'low_freq_factor'
    = default, linear, dynamic, llama3, yarn and longrope are
    支持的有 default、linear、dynamic、llama3、yarn 和 longrope
    = the RoPE parameters' '{0}' is not a list of numbers
    RoPE 参数的 '{0}' 不是数字的列表
    = 'rope_freqs' together with RoPE scaling is not supported
    不支持 'rope_freqs' 与 RoPE 缩放同时使用
    = metadata '{0}'
    元数据 '{0}'
    = {0} is not a positive whole number
    {0}不是正整数
    = {0} is missing
    缺少{0}
    = {0} is not a positive number
    {0}不是正数
    = {0} is neither true nor false
    {0}既不是 true 也不是 false
    = layers: {0} is outside 1…{1}
    层数：{0}不在 1…{1}之内
    = {0} does not name the kind of each of the {1} layers
    {0}没有写全{1}层各层的类型
    = 'layer_types' asks for '{0}', which a {1} model does not have
    'layer_types' 要求 '{0}'，而{1}模型没有
    = {0} asks for the activation '{1}', which is not supported
    {0}要求激活函数 '{1}'，不支持
    = another activation
    另一种激活函数
    = partial RoPE
    部分 RoPE
    = biases in the attention projections
    注意力投影上的偏置
    = biases in the MLP
    MLP 上的偏置
    = a sliding window
    滑动窗口
    = layers of several kinds
    几种不同的层
    = layers without RoPE
    没有 RoPE 的层
    = another attention scale
    另一种注意力缩放
    = latent attention
    潜在注意力（MLA）
    = linear attention
    线性注意力
    = attention in both directions
    双向注意力
    = {0} asks for {1}, which a {2} model does not have
    {0}要求{1}，而{2}模型没有
    = {0} asks for a sliding window, which a {1} model does not have
    {0}要求滑动窗口，而{1}模型没有
    = llama.cpp gives other layers of a Gemma 3 a window than this model does
    llama.cpp 给 Gemma 3 加滑动窗口的层与这个模型不同
    = llama.cpp gives other layers of a Gemma 2 a window than this model does
    llama.cpp 给 Gemma 2 加滑动窗口的层与这个模型不同
    = llama.cpp caps the scores and the logits of every Gemma 2
    llama.cpp 对所有 Gemma 2 都限制注意力分数和 logits
    = llama.cpp scales the scores of this model otherwise than it does
    llama.cpp 对注意力分数的缩放与这个模型不同
    = {0}: {1} is not the width of {2} heads
    {0}：{1}不是{2}个头的宽度
    = {0} is not a number of the {1} blocks
    {0}不是{1}个块之中的块数
    = a Qwen3.5 has layers of both kinds, and this model does not
    Qwen3.5 同时有两种层，而这个模型没有
    = llama.cpp knows a Qwen3.5 only with gated delta nets, and this model has none
    llama.cpp 只认识带门控 delta net 的 Qwen3.5，而这个模型没有
    = llama.cpp has one size for the key heads and the value heads of a gated delta net, and this model has {0} and {1}
    llama.cpp 要求门控 delta net 的 key 头和 value 头维度相同，而这个模型分别是{0}和{1}
    = llama.cpp expects attention in every n-th layer, and this model has it elsewhere
    llama.cpp 要求每隔固定层数有一层注意力，而这个模型不是这样
    = 'layer_types' names sliding layers, and no sliding window is used
    'layer_types' 里有滑动窗口层，但没有启用滑动窗口
    = attention without an output gate is not that of a Qwen3.5
    没有输出门的注意力不属于 Qwen3.5
    = {0} linear value heads are not a multiple of {1} key heads
    {0}个线性 value 头不是{1}个 key 头的倍数
    = llama.cpp rotates other layers of a SmolLM3 than this model does
    llama.cpp 在 SmolLM3 里使用 RoPE 的层与这个模型不同
    = 'no_rope_layers' does not have a 0 or a 1 for each of the {0} layers
    'no_rope_layers' 没有给{0}层各写一个 0 或 1
    = metadata 'general.architecture' is missing
    缺少元数据 'general.architecture'
    = this GGUF file holds {0}, not a model
    这个 GGUF 文件里是{0}，不是模型
    = metadata '{0}.rope.dimension_count' asks for RoPE over part of a head, which is not supported
    元数据 '{0}.rope.dimension_count' 要求只在头的一部分上用 RoPE，不支持
    = GGUF has no place for YaRN without truncation
    GGUF 里放不下不截断的 YaRN
    = '{0}' is not a token id
    '{0}' 不是 token 编号
    = 'tie_word_embeddings' is neither true nor false
    'tie_word_embeddings' 既不是 true 也不是 false
    = 'model_type' is not a text
    'model_type' 不是文本
    = a '{0}' model with a decoder of the kind '{1}' is not supported
    不支持解码器为 '{1}' 的 '{0}' 模型
    = the model's RoPE frequency factors are not those of a Llama 3 model
    模型的 RoPE 频率系数不是 Llama 3 的
    = hidden size
    隐藏层大小
    = the norms' epsilon {0} is above 1
    归一化的 epsilon {0}大于 1
    = token id {0} is outside the vocabulary of {1}
    token 编号{0}超出词表大小{1}
    = the embeddings' scale is not positive
    embedding 的缩放系数不是正数
    = {0} parameters are more than any model has
    {0}个参数超过了任何模型
    = intermediate size
    中间层大小
    = attention heads
    注意力头数
    = key/value heads
    K/V 头数
    = head dimension
    头的维度
    = {0} attention heads are not a multiple of {1} key/value heads
    {0}个注意力头不是{1}个 K/V 头的倍数
    = the head dimension {0} is odd
    头的维度{0}是奇数
    = sliding window
    滑动窗口
    = the attention's scale is not positive
    注意力的缩放系数不是正数
    = the queries' growth with their position is not a positive number
    query 随位置增长的系数不是正数
    = RoPE over {0} of a head's {1} dimensions; it takes an even number of them
    RoPE 用于头的{1}维中的{0}维；应为偶数
    = the RoPE base {0} is not above 1
    RoPE 的基数{0}没有大于 1
    = the RoPE {0} are not {1} positive numbers
    RoPE 的{0}不是{1}个正数
    = frequency factors
    频率系数
    = short factors
    短系数
    = long factors
    长系数
    = the RoPE parameters give frequencies that are not finite numbers
    RoPE 参数算出的频率不是有限的数
    = its '{0}' has the shape {1}, the base's {2}
    它的 '{0}' 形状是{1}，而基座是{2}
    = it has a '{0}', which the base does not have
    它有 '{0}'，而基座没有
    = its embedding has {0} tokens and its output head {1}
    它的 embedding 有{0}个 token，输出头有{1}个
    = its '{0}' has the shape {1}, the base's rows {2}
    它的 '{0}' 形状是{1}，而基座的各行是{2}
    = it has no embedding
    它没有 embedding
    = its rows for tokens of '{0}' are not of a table of {1} tokens with {2} numbers each
    它给 '{0}' 的 token 的行，不属于{1}个 token、每个{2}个数的表
    = its update of '{0}' is not of a table of {1} tokens with {2} numbers each
    它对 '{0}' 的更新，不属于{1}个 token、每个{2}个数的表
    = its '{0}' is too large
    它的 '{0}' 太大
    = tensor '{0}' has no place in a supported model
    受支持的模型里没有张量 '{0}' 的位置
    = tensor '{0}' is not in the index as part of this file
    索引没有把张量 '{0}' 列在这个文件里
    = tensor '{0}' does not name a file of this folder
    张量 '{0}' 指向的不是这个文件夹里的文件
    = the index names {0} files
    索引里写了{0}个文件
    = tensor '{0}' has no place in the model the configuration describes
    配置所描述的模型里没有张量 '{0}' 的位置
    = metadata '{0}' is not a positive number
    元数据 '{0}' 不是正数
    = llama.cpp reads no output head of a Gemma 2, and this model has its own
    llama.cpp 不读取 Gemma 2 的输出头，而这个模型有自己的
    """#
}
