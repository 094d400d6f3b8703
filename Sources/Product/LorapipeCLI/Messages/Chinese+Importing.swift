extension Chinese {
  /// Why the importer leaves a setting out, what it does otherwise, and what the user has to look at.
  static let importing = #"""
    = add probes to the eval stage
    请给 eval 阶段加上测试问题（probes）
    = add probes to the eval stage to see answers
    想看回答，请给 eval 阶段加上测试问题（probes）
    = the tokenizer is read from the model
    分词器从模型里读取
    = the configuration is read from the model
    配置从模型里读取
    = the family is read from the model
    模型结构从模型里读取
    = a loss that is not a number ends the training with an error
    loss 变成 NaN 时，训练会报错停止
    = read together with {0}
    与 {0} 一起读取
    = read together with the added tokens
    与新增的 token 一起读取
    = weights are fetched once, as safetensors
    权重只下载一次，格式为 safetensors
    = it is for images
    只用于图像
    = it is for video
    只用于视频
    = it is for sound
    只用于音频
    = it is for mixtures of experts
    只用于混合专家模型（MoE）
    = a token is read from HF_TOKEN
    令牌从 HF_TOKEN 读取
    = rows are shuffled
    数据会打乱顺序
    = only answers are learned
    只学习回答部分
    = every answer is learned
    每个回答都会学习
    = the end of every answer is learned
    每个回答的结束符都会学习
    = the template says where an answer ends
    回答在哪里结束由模板决定
    = the vocabulary is not changed
    词表不变
    = layers of that kind are in no family supported
    支持的模型里没有这种层
    = only the adapter is trained, no whole module
    只训练适配器，不训练整个模块
    = A and B have one learning rate
    A 和 B 使用同一个学习率
    = the rate falls to zero
    学习率会降到 0
    = the rate rises in a straight line
    学习率按直线上升
    = eval measures loss and probes
    eval 会测 loss 和测试问题
    = eval measures loss, accuracy and probes
    eval 会测 loss、准确率和测试问题
    = eval measures accuracy
    eval 会测准确率
    = eval measures the base as well
    eval 也会测基座
    = the loss is exact, and computed in blocks
    loss 精确，分块计算
    = an unknown key is always an error
    不认识的键总是报错
    = the loss is plain cross-entropy
    loss 是普通的交叉熵
    = no noise is added to the embeddings
    不给词嵌入加噪声
    = weights are mapped, not copied
    权重用内存映射读取，不复制
    = short rows are kept
    短的数据也会保留
    = a vision part is never trained
    视觉部分从不训练
    = rows are always read as a stream
    数据总是以流的方式读取
    = the merge writes the dtypes of the merge stage
    合并时使用 merge 阶段写的数据类型
    = {0}: only the subset '{1}' was read: name its files under include
    {0}：原来只读子集 '{1}'，请在 include 里写出它的文件
    = {0}: its columns have names of their own ({1}): rename them
    {0}：列名与众不同（{=1}），请改名
    = {0}: the split '{1}' was read
    {0}：原来读的是 '{1}' 这一部分
    = {0}: its rows were made by fields and formats of their own
    {0}：原来用自定义的字段和格式拼出数据
    = {0}: its conversations are in the column '{1}': rename it to messages
    {0}：对话在 '{1}' 列里，请改名为 messages
    = {0}: its rows are plain text, without a question
    {0}：数据是纯文本，没有问题
    = {0}: not carried over: {1}
    {0}：没有带过来的设置：{=1}
    = line {0}: '{1}' is not understood
    第 {0} 行：看不懂 '{1}'
    = line {0} was left out: {1}
    第 {0} 行没有导入：{1}
    = from_pretrained({0}) is left out: only the first model that is loaded is the base
    没有导入 from_pretrained({0})：只有最先加载的模型作为基座
    = line {0}: load_dataset reads {1}, which is not written out: add it to mix
    第 {0} 行：load_dataset 读取的 {=1} 没有写明，请自己加到 mix 里
    = {0} has arguments without a name ({1}), which are not read
    {0} 有不带名字的参数（{=1}），没有读取
    = add a merge stage: see the end of this file
    请加上 merge 阶段：见本文件末尾
    = the model's own template is used
    使用模型自带的模板
    = the model's own chat template is used; 'lorapipe tokens show' prints it
    使用模型自带的对话模板；'lorapipe tokens show' 可以显示它
    = tools are written as the model's own template writes them
    工具按模型自带模板的写法
    = lorapipe has one implementation of LoRA
    lorapipe 只有一种 LoRA 实现
    = lorapipe has one tokenizer
    lorapipe 只有一种分词器实现
    = embeddings are not trained
    不训练词嵌入
    = special tokens inside text are never split
    文本里的特殊 token 从不拆开
    = 'lorapipe show -s train' draws the curves
    'lorapipe show -s train' 可以画出曲线
    = a new adapter is trained; to continue an old one, name it under 'adapter' of the stage
    会训练新的适配器；要接着旧的训练，请写在该阶段的 'adapter' 里
    = a bad row is an error unless on_bad_row: drop
    除非写了 on_bad_row: drop，坏数据会报错
    = the template alone says how an answer begins
    回答怎样开头只由模板决定
    = runs/latest links to the newest
    runs/latest 指向最新的结果
    = a model is checked whenever it is read
    每次读取模型时都会检查
    = the recipe holds every setting
    所有设置都写在配方里
    = logits are computed only where there is a label
    只在有标签的位置计算 logits
    = no loss is added for a router
    不加路由器的 loss
    = epochs says when to stop
    训练到何时停止由 epochs 决定
    = losses are always measured by role of the source
    loss 总是按数据来源的角色分别测量
    = the sources are mixed by ratio, not interleaved
    数据来源按比例混合，不交替
    = it is off
    没有启用
    = it is not set
    没有设置
    = the columns {0} were renamed: rename them in the data
    原来给列改过名：{=0}，请在数据里改名
    = datasets were described in {0}: check their columns with 'lorapipe data inspect'
    数据集的说明在 {=0} 里：请用 'lorapipe data inspect' 检查它们的列
    = its value is not a plain number; write one
    它的值不是写明的数字，请写一个
    = its value is not a plain text; write one
    它的值不是写明的文本，请写一个
    = the schedule '{0}' does not exist here; cosine takes its place
    这里没有学习率曲线 '{0}'，改用 cosine
    = the rate falls once, as {0}, to zero
    学习率按 {=0} 下降一次，降到 0
    = the linear layers alone get an adapter
    只有线性层加适配器
    = '{0}' does not exist here; longer rows are left out
    这里没有 '{0}'，超长的数据会被丢掉
    = unused columns are named by 'lorapipe data lint'
    没有用到的列由 'lorapipe data lint' 列出
    = a LoRA adapter is trained instead of all weights; its learning rate is often ten times higher
    训练的是 LoRA 适配器，而不是全部权重；它的学习率通常要高十倍
    = the task '{0}' is not text generation
    任务 '{0}' 不是文本生成
    = this job trains on plain text without a chat template
    这个任务用纯文本训练，不用对话模板
    = target_regex chooses the layers
    由 target_regex 选择层
    = every token of an answer has the same weight
    回答里每个 token 的权重相同
    = the tokens are those of the model's own files
    使用模型文件自带的 token
    = every training file of the dataset is read
    读取数据集的所有训练文件
    = every training file of the dataset is read: name the subset's files under include
    读取数据集的所有训练文件：请在 include 里写出子集的文件
    = every training file of the dataset is read: name its files under include
    读取数据集的所有训练文件：请在 include 里写出要用的文件
    = one process trains: for as many rows per update, multiply train.gradient_accumulation by the number of processes
    只有一个进程训练：要让每步的数据条数相同，请把 train.gradient_accumulation 乘以进程数
    = AdamW takes the place of this optimizer
    改用 AdamW 优化器
    = sources are joined and shuffled
    各数据来源合在一起打乱
    = sources are joined and shuffled, not interleaved
    各数据来源合在一起打乱，不交替
    = micro_batch_size times accumulation says it
    由 micro_batch_size 乘以累积步数决定
    = no code of a plugin is run
    不运行插件代码
    = A begins random and B zero
    A 随机初始化，B 初始化为 0
    = validation rows are a share here: write mixed.validation, such as 0.05
    这里的验证集按比例划分：请写 mixed.validation，例如 0.05
    = validation rows are split off the training data: write mixed.validation, such as 0.05
    验证集从训练数据里划分：请写 mixed.validation，例如 0.05
    = the last adapter is kept: load_best needs mixed.validation and train.eval_every
    保留最后的适配器：load_best 需要 mixed.validation 和 train.eval_every
    = training ends with its epochs: early_stopping needs mixed.validation and train.eval_every
    训练到 epochs 结束：early_stopping 需要 mixed.validation 和 train.eval_every
    = the newest revision is fetched: set revision of the fetch stage
    会下载最新版本：请设置 fetch 阶段的 revision
    = rows become conversations by their columns
    数据按列名变成对话
    = the template formats rows
    数据的格式由模板决定
    = restarts its adapter during training (ReLoRA)
    在训练中重启适配器（ReLoRA）
    = trains changing layers whole (LISA)
    轮流训练整层（LISA）
    = changes the model's own configuration
    修改模型自身的配置
    = trains on plain text
    用纯文本训练
    = renames tokens of the vocabulary
    给词表里的 token 改名
    = puts adapters on some layers only
    只在部分层加适配器
    = trains for quantization (QAT)
    做量化感知训练（QAT）
    = uses shifted sparse attention
    使用移位稀疏注意力
    = trains a classifier
    训练分类器
    = trains a reward model
    训练奖励模型
    = puts adapters on experts
    在专家层加适配器
    = trains a mixture of experts
    训练混合专家模型（MoE）
    = trains 1-bit weights
    训练 1 比特权重
    = trains pruned weights
    训练剪枝后的权重
    = trains only the vision part
    只训练视觉部分
    = trains chosen weights whole
    完整训练选定的权重
    = changes the size of the vocabulary
    修改词表大小
    = stretches the model's positions
    扩展模型的位置范围
    = trains new layers (LLaMA Pro)
    训练新增的层（LLaMA Pro）
    = changes the model's layers (mixture of depths)
    修改模型的层（mixture of depths）
    = adds tokens to the vocabulary
    往词表里加 token
    = passes arguments to the model's own code
    给模型自带的代码传参数
    = reads a dataset that ms-swift tokenized
    读取 ms-swift 分词后的数据集
    = runs Python code of its own
    运行自带的 Python 代码
    = trains on images, sound or video, and lorapipe trains on text
    用图像、音频或视频训练，而 lorapipe 只训练文本
    = '{0}' names no number of rows after '#'
    '{0}' 的 '#' 后面不是条数
    = only the subset '{0}' was read: name its files under include
    原来只读子集 '{0}'：请在 include 里写它的文件
    = '{0}' is a name of dataset_info.json, which is not here; write the path of its file
    '{0}' 是 dataset_info.json 里的名字，但这里没有那个文件；请写数据文件的路径
    = the dataset '{0}' holds pairs of better and worse answers
    数据集 '{0}' 是好坏回答成对的偏好数据
    = the dataset '{0}' is made by a script, '{1}'
    数据集 '{0}' 由脚本 '{1}' 生成
    = the dataset '{0}' names neither a file nor a hub
    数据集 '{0}' 既没写文件，也没写模型库
    = not carried over: {0}
    没有带过来的设置：{=0}
    = an entry of datasets has no path
    datasets 里有一项没有 path
    = the dataset '{0}' is of type '{1}', for preferences
    数据集 '{0}' 的类型是 '{1}'，用于偏好训练
    = the file is no map of settings
    文件不是由设置组成的映射
    = repair it
    请修好它
    = it is not an object
    它不是对象
    = the script trains with '{0}', and that file is not here
    脚本用 '{0}' 训练，而这里没有那个文件
    = the script calls none of SFTConfig, SFTTrainer, TrainingArguments, LoraConfig
    脚本里没有调用 SFTConfig、SFTTrainer、TrainingArguments 或 LoraConfig
    = every training file of the dataset is read: a cap is written as '#1000' behind its name in mix
    数据集的每个训练文件都会读取；要限制条数，在 mix 里它的名字后面写 '#1000'
    = there are no validation rows
    没有验证集
    """#
}
