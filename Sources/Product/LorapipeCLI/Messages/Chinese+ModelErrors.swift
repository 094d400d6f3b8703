extension Chinese {
  /// Errors of models, adapters, tokenizers, training and inference.
  static let modelErrors = #"""
    = model architecture '{0}' is not supported: it needs {1}
    不支持模型架构 '{0}'：它需要{1}
    = gated delta net layers and experts
    门控 delta net 层和专家层（MoE）
    = experts
    专家层（MoE）
    = experts and attention sinks
    专家层（MoE）和 attention sink
    = latent attention and experts
    潜在注意力（MLA）和专家层（MoE）
    = per-layer embeddings and shared key/value layers
    逐层嵌入和共享 K/V 的层
    = short convolution layers
    短卷积层
    = multipliers on attention, residual stream and logits
    注意力、残差和 logits 上的系数
    = RoPE on neighboring dimensions
    相邻维度上的 RoPE
    = norms over whole projections
    整个投影上的归一化
    = layer norms with biases
    带偏置的 LayerNorm
    = layer norms
    LayerNorm
    = state space layers
    状态空间层
    = an encoder
    编码器
    = weights quantized by '{0}' are not supported
    不支持用 '{0}' 量化的权重
    = the header is cut short at byte {0}
    文件头在第 {0} 字节处断了
    = model architecture '{0}' is not supported
    不支持模型架构 '{0}'
    = model class '{0}' is not supported
    不支持模型类 '{0}'
    = the folder holds neither 'config.json' nor a '.gguf' file
    文件夹里既没有 'config.json' 也没有 '.gguf' 文件
    = give a Hugging Face model folder or a GGUF file
    请给出 Hugging Face 模型文件夹或 GGUF 文件
    = the folder holds {0} '.gguf' models
    文件夹里有 {0} 个 '.gguf' 模型
    = name one of them
    请指定其中一个
    = the folder holds neither 'model.safetensors' nor an index of shards
    文件夹里既没有 'model.safetensors' 也没有分片索引
    = only safetensors weights are read; fetch the model again
    只能读 safetensors 权重；请重新下载模型
    = tensor '{0}' is missing
    缺少张量 '{0}'
    = the model is incomplete; download it again
    模型不完整；请重新下载
    = tensor '{0}' has the shape {1}, the configuration calls for {2}
    张量 '{0}' 的形状是 {1}，而配置要求 {2}
    = tensor '{0}' holds the decay {1}; a decay is below zero
    张量 '{0}' 里的衰减值是{1}；衰减值应小于零
    = the file is damaged or was converted by another rule; download it again
    文件已损坏，或者是按别的规则转换的；请重新下载
    = tensor '{0}' is stored as {1}, which is not supported
    张量 '{0}' 以 {1} 存放，不支持
    = use a file with weights in one of {0}
    请用权重为以下类型之一的文件：{0}
    = no GGUF file: it does not start with 'GGUF'
    不是 GGUF 文件：开头不是 'GGUF'
    = GGUF version {0} is not supported, only 2 and 3 (little-endian)
    不支持 GGUF 版本 {0}，只支持 2 和 3（小端）
    = part {0} of {1} of the model is missing
    模型共 {1} 个部分，缺第 {0} 个
    = download it again; all parts lie in one folder
    请重新下载；各部分要放在同一个文件夹里
    = fetch all parts again, from one place
    请从同一个地方重新下载所有部分
    = no safetensors file: shorter than its 8-byte header length
    不是 safetensors 文件：太短
    = the header of {0} bytes does not fit the file of {1} bytes
    文件头 {0} 字节，超出文件的 {1} 字节
    = tensor '{0}' ends at {1}, past the file's {2} bytes of data
    张量 '{0}' 结束于 {1}，超出文件的 {2} 字节数据
    = the file is damaged or cut short; download it again
    文件损坏或不完整；请重新下载
    = cannot open the file
    打不开文件
    = not a regular file
    不是普通文件
    = cannot write the file: {0}
    无法写入文件：{0}
    = free some space and run again
    腾出空间后重新运行
    = the base has no linear layer '{0}'
    基座没有线性层 '{0}'
    = the folder does not hold '{0}' and '{1}'
    文件夹里没有 '{0}' 和 '{1}'
    = give the folder of a LoRA adapter in peft's format
    请给出 peft 格式的 LoRA 适配器文件夹
    = the adapter was trained on another base than '{0}'
    适配器不是在 '{0}' 上训练的
    = give the model it was trained on ({0}…, this is {1}…)
    请给出训练它的模型（{0}…，这里是 {1}…）
    = the adapter '{0}' was trained on another base ({1}): the weights of this model differ
    适配器 '{0}' 是在另一个基座（{1}）上训练的：与这个模型的权重不同
    = use the model it was trained on, in any precision
    请用训练它的模型，精度不限
    = the adapter '{0}' was trained on the base {1}, and this model has an adapter merged into it
    适配器 '{0}' 是在基座 {1} 上训练的，而这个模型里已经合并了适配器
    = use the base itself
    请用基座本身
    = the tokens were made with another model's tokenizer than '{0}'
    分词用的不是 '{0}' 的分词器
    = the adapter's own tokenizer is not its base's: {0}
    适配器自带的分词器与基座不同：{0}
    = the model has no chat template
    模型没有对话模板
    = name a built-in one ({0}) or give one
    请写一个内置模板的名字（{0}），或自己给一个
    = there is no built-in chat template '{0}'
    没有内置的对话模板 '{0}'
    = the folder holds neither 'tokenizer.json' nor 'vocab.json' and 'merges.txt'
    文件夹里既没有 'tokenizer.json'，也没有 'vocab.json' 和 'merges.txt'
    = fetch the model's tokenizer files as well
    请把模型的分词器文件也下载下来
    = choose a model whose tokenizer is a byte-pair encoding, as those of Llama, Qwen, Gemma, Mistral and SmolLM are
    请选用 BPE 分词器的模型，如 Llama、Qwen、Gemma、Mistral 和 SmolLM
    = training needs {0} even with one worker that keeps no activations; {1} may be used
    即使只用一个线程且不保留激活值，训练也要 {0} 内存；只能用 {1}
    = lower max_length or pack_tokens, take a smaller or quantized base, or give more memory
    调小 max_length 或 pack_tokens，换更小或量化的基座，或给更多内存
    = a batch of {0} rows is more than the {1} rows there are
    一批 {0} 条，超过了现有的 {1} 条
    = set a validation share in mix, or eval_every: 0
    在 mix 里设 validation 比例，或设 eval_every: 0
    = load_best and early stopping need evaluation during training
    load_best 和 early_stopping 需要在训练中计算验证 loss
    = set eval_every
    请设 eval_every
    = update {0}: the {1} is not a finite number
    第 {0} 步：{1} 不是有限的数
    = lower the learning rate or lengthen the warm-up; look at the rows named
    调小学习率或延长预热；看看列出的数据
    = the checkpoint belongs to another training
    检查点属于另一次训练
    = there is no training row
    没有训练数据
    = give more data, or a smaller validation
    请增加数据，或调小 validation
    = the training diverged or the base is damaged
    训练发散了，或基座已损坏
    = {0} must lie between {1} and {2}, not {3}
    {0} 应在 {1} 到 {2} 之间，而不是{3}
    = {0} must lie between {1} and {2}
    {0} 应在 {1} 到 {2} 之间
    = top_k must not be negative
    top_k 不能是负数
    = the model's outputs are not numbers
    模型的输出不是数
    = its weights or the adapter's hold a NaN or an infinity: fetch or train them again; with a KV cache of f16 or q8_0, try f32 first
    权重或适配器里有 NaN 或无穷大：请重新下载或重新训练；如果 KV 缓存用了 f16 或 q8_0，先改用 f32 试试
    = a context of {0} tokens needs {1} of cache, more than {2}
    {0} 个 token 的上下文需要 {1} 的 KV 缓存，超过 {2}
    = allow more memory or a shorter context
    请给更多内存，或缩短上下文
    = allow more memory or a shorter context, or take a smaller type: --kv-cache q8_0
    请给更多内存，或缩短上下文，或换更小的类型：--kv-cache q8_0
    = int8 activations change nothing here: none of the model's weights are in q4_0, q4_1, q4_k, q5_k or q6_k
    int8 激活值在这里不起作用：模型没有 q4_0、q4_1、q4_k、q5_k 或 q6_k 的权重
    = the prompt has {0} tokens, the context holds {1}
    提示词有 {0} 个 token，上下文只能放 {1} 个
    = shorten the conversation
    请缩短对话
    = serve a smaller or more strongly quantized model, or a shorter context
    请部署更小或量化更强的模型，或缩短上下文
    = weights cannot be written as {0}
    权重不能写成 {0}
    = use f32, f16, bf16, q8_0 or q4_0
    请用 f32、f16、bf16、q8_0 或 q4_0
    = merge in a wider dtype, or raise verify.max_rms and verify.max_flips if this is good enough
    用更宽的数据类型合并；如果这样已经够好，可以调大 verify.max_rms 和 verify.max_flips
    = require names '{0}', but no probe is of that group
    require 里写了 '{0}'，但没有这个组的测试题
    = a probe needs 'ask': a question or a list of turns
    测试题需要 'ask'：一个问题，或一组对话
    = the service did not answer the question of its health check
    服务没有回答健康检查的问题
    = the service answered its health check's question with nothing
    服务对健康检查的问题回答为空
    = '{0}' does not hold tokens this program can read
    '{0}' 里没有本程序能读的分词结果
    = give the output of a tokenize stage
    请给出 tokenize 阶段的结果
    = '{0}' is not what was written
    '{0}' 与写入时不同
    = verifying {0}
    正在校验 {0}
    = writing {0}
    正在写出 {0}
    = loss of {0}
    计算{0}的 loss
    = writing the base as a Hugging Face folder
    正在把基座写成 Hugging Face 文件夹
    = this processor has no kernels of level {0}
    这个处理器没有 {0} 级的内核
    = the prompt holds no token
    提示词里没有 token
    = the prompt holds a token the model does not know
    提示词里有模型不认识的 token
    = {0} has the rank {1}, more than {2}
    {0} 的 rank 是 {1}，超过 {2}
    = merge the adapter into its base and use the merged model
    把适配器合并进基座，使用合并后的模型
    = generation needs layers of one shape; this '{0}' has others
    生成要求各层形状相同，而这个 '{0}' 不是
    = tensor '{0}' is {1}, which does not hold weights
    张量 '{0}' 的类型是 {1}，不能存放权重
    = the weights hold a NaN or an infinity
    权重里有 NaN 或无穷大
    = tensor '{0}' is neither a LoRA matrix of a supported layer nor in 'modules_to_save'
    张量 '{0}' 既不是受支持的层的 LoRA 矩阵，也不在 'modules_to_save' 里
    = the file holds no LoRA matrix
    文件里没有 LoRA 矩阵
    = {0} is no linear layer of the model
    {0} 不是模型的线性层
    = give the text of one as the template
    请把对话模板的文本写在 template 里
    = use the original model, or a GGUF file
    请用原始模型，或 GGUF 文件
    = '{0}' has no place in a GGUF file
    GGUF 文件里放不下 '{0}'
    = tensor '{0}' has no place in a GGUF file
    GGUF 文件里放不下张量 '{0}'
    = the file is not a part of the same model as the others: {0}
    这个文件和其他文件不属于同一个模型：{0}
    = name the parts as llama.cpp does, the first one NAME-00001-of-{0}.gguf
    按 llama.cpp 的方式给各部分命名，第一个是 NAME-00001-of-{0}.gguf
    = a model folder cannot hold {0} weights
    模型文件夹不能存放 {0} 权重
    = use f32, f16 or bf16, or write a GGUF file
    用 f32、f16 或 bf16，或写成 GGUF 文件
    = use f32, f16 or bf16
    用 f32、f16 或 bf16
    = use bf16 or f32
    用 bf16 或 f32
    = start from the Hugging Face folder of the model
    请从模型的 Hugging Face 文件夹开始
    = start from the Hugging Face folder of the model instead of its GGUF file
    请用模型的 Hugging Face 文件夹，而不是它的 GGUF 文件
    = give the base model's file
    请给出基座模型的文件
    = llama.cpp has no architecture for a '{0}' model
    llama.cpp 不支持 '{0}' 模型的结构
    = llama.cpp does not apply the sliding window of a '{0}' model
    llama.cpp 不支持 '{0}' 模型的滑动窗口
    = llama.cpp does not read RoPE frequency factors for {0}
    llama.cpp 不读取 {0} 的 RoPE 频率系数
    = write a model folder instead
    请改为写成模型文件夹
    = a '{0}' model has no form in transformers
    transformers 里没有 '{0}' 模型的格式
    = the adapter's vocabulary has {0} tokens and that of the GGUF base {1}
    适配器的词表有 {0} 个 token，GGUF 基座的有 {1} 个
    = use the base's Hugging Face folder, whose tokenizer can be replaced by the adapter's
    请用基座的 Hugging Face 文件夹，它的分词器可以换成适配器的
    = tensor '{0}' has values near [{1}, {2}] that {3} cannot hold
    张量 '{0}' 在 [{1}, {2}] 附近有 {3} 存不下的值
    = the folder has no 'tokenizer.json', which a GGUF file needs
    文件夹里没有 GGUF 文件需要的 'tokenizer.json'
    = merge the adapter with another tool, or train one of a lower rank
    用别的工具合并适配器，或训练一个 rank 更低的
    = tokenize with this model's tokenizer
    请用这个模型的分词器分词
    = choose one of {0}
    从这些里选一个：{0}
    = use the tokenizer the model was made with, or resize the model's embedding
    请用模型原来的分词器，或调整模型的 embedding 大小
    = the initial adapter has other ranks, targets or scales than this training asks for
    初始适配器的 rank、targets 或缩放系数与这次训练要求的不同
    = give the rank, alpha, targets and layers the adapter was trained with
    请写训练这个适配器时的 rank、alpha、targets 和 layers
    = the best checkpoint is not as it was written
    最佳检查点和写下时不一样
    = remove the folder and train again
    删除这个文件夹，重新训练
    = remove the folder and train again; look after the disk
    删除这个文件夹，重新训练；并检查磁盘
    = the chat template cannot be written in Ollama's template language: {0}
    这个对话模板无法写成 Ollama 的模板语言：{0}
    = Serve the GGUF file with a program that reads its own template, such as llama-server --jinja.
    请用能读取自带模板的程序部署这个 GGUF 文件，例如 llama-server --jinja。
    = the adapter cannot be read: {0}
    无法读取适配器：{0}
    = the chat context in '{0}' is not JSON
    '{0}' 里的对话设置不是 JSON
    = the merged model's {0} is read differently from its base: {1}
    合并后模型的 {0} 读出来与基座不同：{1}
    = a merge writes nothing
    合并没有要写的格式
    = the service started but its /health did not answer 200
    服务已启动，但 /health 没有返回 200
    = the service names no model
    服务没有写明模型
    = give a GGUF file or a model's folder; if this should be one, download it again
    请给出 GGUF 文件或模型文件夹；如果它本该是 GGUF 文件，请重新下载
    = {0} of {1} does not fit the file
    {0} {1} 超出了文件大小
    = the tensor count
    张量数
    = the metadata count
    元数据条数
    = the string length of {0}
    {0}的字符串长度
    = a metadata key
    元数据的键
    = tensor '{0}' {1} of {2} at {3} does not fit the file
    张量 '{0}' {1}（{2}，位置 {3}）超出了文件
    = metadata '{0}' occurs twice
    元数据 '{0}' 出现了两次
    = tensor '{0}' occurs twice
    张量 '{0}' 出现了两次
    = metadata 'general.alignment' is not a power of two from 8 to 1048576
    元数据 'general.alignment' 不是 8 到 1048576 之间的 2 的幂
    = tensor '{0}' lies at {1}, not aligned to {2}
    张量 '{0}' 的位置 {1} 没有按 {2} 对齐
    = tensor '{0}' overlaps the one before it
    张量 '{0}' 与前一个重叠
    = metadata '{0}' is no array
    元数据 '{0}' 不是数组
    = tensor '{0}' has {1} dimensions, not 1 to 4
    张量 '{0}' 有 {1} 维，应为 1 到 4 维
    = tensor '{0}' has an extent over 2^63
    张量 '{0}' 有一维超过 2^63
    = the string of {0} is not UTF-8
    {0}的字符串不是 UTF-8
    = metadata '{0}' has the unknown type {1}
    元数据 '{0}' 的类型 {1} 不认识
    = metadata '{0}' is no truth value
    元数据 '{0}' 不是真假值
    = metadata '{0}' nests arrays deeper than {1}
    元数据 '{0}' 的数组嵌套超过 {1} 层
    """#
}
