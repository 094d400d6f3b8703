extension Chinese {
  /// What `import` says about the settings of other tools' jobs.
  static let imports = #"""
    = add probes to the eval stage
    请在 eval 阶段加上 probes
    = the tokenizer is read from the model
    分词器从模型里读取
    = restarts its adapter during training (ReLoRA)
    在训练中反复重置适配器（ReLoRA）
    = trains changing layers whole (LISA)
    轮换着训练整层（LISA）
    = a loss that is not a number ends the training with an error
    loss 不是数字时，训练会报错并结束
    = read together with reward_model
    与 reward_model 一起使用
    = read together with use_eaft
    与 use_eaft 一起使用
    = the configuration is read from the model
    配置从模型里读取
    = changes the model's own configuration
    改动模型自己的配置
    = the family is read from the model
    模型系列从模型里读取
    = weights are fetched once, as safetensors
    权重只下载一次，格式为 safetensors
    = it is for images
    它用于图像
    = trains on plain text
    用纯文本训练
    = a token is read from HF_TOKEN
    令牌从 HF_TOKEN 读取
    = rows are shuffled
    数据会被打乱
    = only answers are learned
    只学习回答
    = the end of every answer is learned
    每个回答的结尾都会学习
    = the template says where an answer ends
    回答在哪里结束由模板决定
    = renames tokens of the vocabulary
    给词表里的 token 改名
    = the vocabulary is not changed
    词表不会改变
    = layers of that kind are in no family supported
    受支持的系列里没有这种层
    = only the adapter is trained, no whole module
    只训练适配器，不训练整个模块
    = puts adapters on some layers only
    只给部分层加适配器
    = A and B have one learning rate
    A 和 B 用同一个学习率
    = trains for quantization (QAT)
    为量化而训练（QAT）
    = the rate falls to zero
    学习率降到零
    = the rate rises in a straight line
    学习率按直线上升
    = eval measures loss and probes
    eval 会计算 loss 和测试题
    = uses shifted sparse attention
    使用 shifted sparse attention
    = the loss is exact, and computed in blocks
    loss 是精确的，分块计算
    = an unknown key is always an error
    不认识的键总是报错
    = the loss is plain cross-entropy
    loss 就是普通的交叉熵
    = read together with rl
    与 rl 一起使用
    = no noise is added to the embeddings
    不给 embedding 加噪声
    = weights are mapped, not copied
    权重用内存映射读取，不复制
    = short rows are kept
    短的数据会保留
    = a vision part is never trained
    视觉部分从不训练
    = trains a reward model
    训练奖励模型
    = rows are always read as a stream
    数据总是流式读取
    = puts adapters on experts
    给专家层加适配器
    = trains a mixture of experts
    训练混合专家模型（MoE）
    = it is for mixtures of experts
    它用于混合专家模型（MoE）
    = the merge writes the dtypes of the merge stage
    合并时写出 merge 阶段所设的数据类型
    = trains pruned weights
    训练剪枝过的权重
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
    = its columns have names of their own ({0}): rename them
    它的列名是自定义的（{=0}）：请改名
    = the split '{0}' was read
    原来读的是划分 '{0}'
    = not carried over: {0}
    没有带过来的设置：{=0}
    = an entry of datasets has no path
    datasets 里有一项没有 path
    = the dataset '{0}' is of type '{1}', for preferences
    数据集 '{0}' 的类型是 '{1}'，用于偏好训练
    = its rows were made by fields and formats of their own
    它的数据由自定义的字段和格式拼成
    = its conversations are in the column '{0}': rename it to messages
    它的对话在列 '{0}' 里：请改名为 messages
    = its rows are plain text, without a question
    它的数据是纯文本，没有问题
    = the file is no map of settings
    文件不是由设置组成的映射
    = repair it
    请修好它
    = it is not an object
    它不是对象
    = line {0} was left out: {1}
    第{0}行没有导入：{1}
    = line {0}: '{1}' is not understood
    第{0}行：看不懂 '{1}'
    = the script trains with '{0}', and that file is not here
    脚本用 '{0}' 训练，而这里没有那个文件
    = from_pretrained({0}) is left out: only the first model that is loaded is the base
    没有导入 from_pretrained({0})：只有第一个加载的模型是基座
    = line {0}: load_dataset reads {1}, which is not written out: add it to mix
    第{0}行：load_dataset 读取{1}，没有写明是什么：请加到 mix 里
    = {0} has arguments without a name ({1}), which are not read
    {0}有不带名字的参数（{1}），没有读取
    = the script calls none of SFTConfig, SFTTrainer, TrainingArguments, LoraConfig
    脚本里没有调用 SFTConfig、SFTTrainer、TrainingArguments 或 LoraConfig
    = read together with use_galore
    与 use_galore 一起使用
    = read together with use_apollo
    与 use_apollo 一起使用
    = read together with use_badam
    与 use_badam 一起使用
    = read together with pissa_init
    与 pissa_init 一起使用
    = add a merge stage: see the end of this file
    请加一个 merge 阶段：见本文件末尾
    = it is for video
    它用于视频
    = it is for sound
    它用于声音
    = read together with finetuning_type
    与 finetuning_type 一起使用
    = read together with stage
    与 stage 一起使用
    = the model's own template is used
    使用模型自己的模板
    = tools are written as the model's own template writes them
    工具按模型自己的模板来写
    = read together with mix_strategy
    与 mix_strategy 一起使用
    = stretches the model's positions
    扩展模型的位置范围
    = embeddings are not trained
    不训练 embedding
    = trains new layers (LLaMA Pro)
    训练新增的层（LLaMA Pro）
    = changes the model's layers (mixture of depths)
    改变模型的层（mixture of depths）
    = read together with use_asft_loss
    与 use_asft_loss 一起使用
    = read together with use_eaft_loss
    与 use_eaft_loss 一起使用
    = adds tokens to the vocabulary
    往词表里加 token
    = read together with the added tokens
    与新增的 token 一起使用
    = special tokens inside text are never split
    文本里的特殊 token 从不拆开
    = 'lorapipe show -s train' draws the curves
    用 'lorapipe show -s train' 画曲线
    = eval measures accuracy
    eval 会计算准确率
    = eval measures the base as well
    eval 也会评测基座
    = read together with tuner_type
    与 tuner_type 一起使用
    = read together with init_weights
    与 init_weights 一起使用
    = a new adapter is trained; to continue an old one, name it under 'adapter' of the stage
    会训练一个新的适配器；要接着旧的训练，请写在阶段的 'adapter' 里
    = passes arguments to the model's own code
    给模型自带的代码传参数
    = a bad row is an error unless on_bad_row: drop
    坏数据会报错，除非设 on_bad_row: drop
    = reads a dataset that ms-swift tokenized
    读取 ms-swift 分过词的数据集
    = runs Python code of its own
    运行自己的 Python 代码
    = the template alone says how an answer begins
    回答怎样开头只由模板决定
    = chooses layers by a regular expression
    用正则表达式选择层
    = runs/latest links to the newest
    runs/latest 指向最新的
    = a model is checked whenever it is read
    每次读取模型时都会检查
    = the recipe holds every setting
    所有设置都在配方里
    = logits are computed only where there is a label
    只在有标签的位置计算 logits
    = no loss is added for a router
    不给路由器加 loss
    = eval measures loss, accuracy and probes
    eval 会计算 loss、准确率和测试题
    = epochs says when to stop
    何时停止由 epochs 决定
    = losses are always measured by role of the source
    loss 总是按来源的角色分别计算
    = the sources are mixed by ratio, not interleaved
    各来源按配比混合，不交错
    = read together with interleave_prob
    与 interleave_prob 一起使用
    = it is off
    它没有启用
    = it is not set
    它没有设置
    = the columns {0} were renamed: rename them in the data
    列{=0}在原任务里改了名：请在数据里改名
    = datasets were described in {0}: check their columns with 'lorapipe data inspect'
    数据集由{0}描述：请用 'lorapipe data inspect' 检查它们的列
    = its value is not a plain number; write one
    它的值不是直接写出的数字；请写一个
    = its value is not a plain text; write one
    它的值不是直接写出的文本；请写一个
    = the schedule '{0}' does not exist here; cosine takes its place
    这里没有调度方式 '{0}'；改用 cosine
    = the rate falls once, as {0}, to zero
    学习率只按{0}下降一次，直到零
    = the linear layers alone get an adapter
    只有线性层加适配器
    = '{0}' does not exist here; longer rows are left out
    这里没有 '{0}'；较长的数据不使用
    = trains on images, sound or video, and lorapipe trains on text
    用图像、声音或视频训练，而 lorapipe 只用文本训练
    = add probes to the eval stage to see answers
    要看回答，请在 eval 阶段加上 probes
    = unused columns are named by 'lorapipe data lint'
    没有用到的列可以用 'lorapipe data lint' 查看
    = a LoRA adapter is trained instead of all weights; its learning rate is often ten times higher
    改为训练 LoRA 适配器，而不是全部权重；它的学习率通常要大十倍
    = the task '{0}' is not text generation
    任务 '{0}' 不是文本生成
    = trains only the vision part
    只训练视觉部分
    = trains chosen weights whole
    训练选定的整块权重
    = changes the size of the vocabulary
    改变词表大小
    = this job trains on plain text without a chat template
    这个任务用没有对话模板的纯文本训练
    = the model's own chat template is used; 'lorapipe tokens show' prints it
    使用模型自己的对话模板；'lorapipe tokens show' 会显示它
    = every answer is learned
    每个回答都会学习
    = every token of an answer has the same weight
    回答里每个 token 的权重相同
    = the tokens are those of the model's own files
    token 以模型自己的文件为准
    = every training file of the dataset is read
    数据集的每个训练文件都会读取
    = every training file of the dataset is read: a cap is written as '#1000' behind its name in mix
    数据集的每个训练文件都会读取；要限制条数，在 mix 里它的名字后面写 '#1000'
    = one process trains: for as many rows per update, multiply train.gradient_accumulation by the number of processes
    只有一个进程训练：要让每步的条数相同，请把 train.gradient_accumulation 乘以进程数
    = AdamW takes the place of this optimizer
    改用 AdamW 优化器
    = sources are joined and shuffled
    各来源合在一起并打乱
    = sources are joined and shuffled, not interleaved
    各来源合在一起并打乱，不交错
    = micro_batch_size times accumulation says it
    由 micro_batch_size 乘以累积步数决定
    = no code of a plugin is run
    不运行插件的代码
    = A begins random and B zero
    A 用随机数初始化，B 为零
    = validation rows are a share here: write mixed.validation, such as 0.05
    这里的验证集是一个比例：请写 mixed.validation，例如 0.05
    = validation rows are split off the training data: write mixed.validation, such as 0.05
    验证集从训练数据里划分：请写 mixed.validation，例如 0.05
    = there are no validation rows
    没有验证集
    = the last adapter is kept: load_best needs mixed.validation and train.eval_every
    保留最后的适配器：load_best 需要 mixed.validation 和 train.eval_every
    = training ends with its epochs: early_stopping needs mixed.validation and train.eval_every
    按轮数结束训练：early_stopping 需要 mixed.validation 和 train.eval_every
    = every training file of the dataset is read: name the subset's files under include
    数据集的每个训练文件都会读取：请在 include 里写子集的文件
    = every training file of the dataset is read: name its files under include
    数据集的每个训练文件都会读取：请在 include 里写它的文件
    = the newest revision is fetched: set revision of the fetch stage
    会下载最新版本：请设 fetch 阶段的 revision
    = rows become conversations by their columns
    数据按列变成对话
    = the template formats rows
    数据由模板格式化
    """#
}
