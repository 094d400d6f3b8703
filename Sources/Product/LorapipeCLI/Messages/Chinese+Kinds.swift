extension Chinese {
  /// What the kinds of stages say of themselves, of their parameters and of their metrics.
  static let kinds = #"""
    = Brings a model, a dataset or files from a hub, a package, the web or this disk.
    从模型社区、软件包、网页或本机磁盘获取模型、数据集或文件。
    = hf:ORG/NAME, hf-dataset:ORG/NAME, modelscope:ORG/NAME, modelscope-dataset:ORG/NAME, pip:NAME==VERSION, https://… or a file; a list is the parts of one file, in their order.
    hf:ORG/NAME、hf-dataset:ORG/NAME、modelscope:ORG/NAME、modelscope-dataset:ORG/NAME、pip:NAME==VERSION、https://… 或一个文件；写成列表时，是一个文件按顺序的各个分片。
    = A branch, tag or commit of the hub; a commit is pinned, a branch is resolved again in every run.
    社区里的分支、标签或提交；提交是固定的，分支每次运行都会重新查询。
    = Only files whose path matches one of these patterns; * and ? are wild.
    只取路径匹配其中一个模式的文件；* 和 ? 是通配符。
    = No files whose path matches one of these patterns.
    不取路径匹配其中任何模式的文件。
    = What a single file's SHA-256 must be, in hexadecimal.
    单个文件应有的 SHA-256，十六进制。
    = Whether a downloaded archive is replaced by what it holds.
    下载的压缩包是否解包，只留其中的内容。
    = The name of the file that the parts of a list make; each part is one file, chosen by include.
    列表中各分片合成的文件名；每个分片是一个文件，由 include 选定。
    = Fills placeholders such as {{NAME}} in every row, by the row's language.
    按每行的语言填写 {{NAME}} 这样的占位符。
    = The value of each placeholder: one for all rows, or one per tag (and default).
    每个占位符的值：所有行用同一个，或每个标签各一个（以及 default）。
    = Names, or patterns such as '?', of what looks like a placeholder and is to stay, as {{a}} in LaTeX.
    看起来像占位符但应保留的名字，或 '?' 这样的模式，例如 LaTeX 里的 {{a}}。
    = The field of a row that says which value to take.
    行中决定取哪个值的字段。
    = Only data files whose path matches one of these patterns.
    只读路径匹配其中一个模式的数据文件。
    = New names of columns before rows are read, by the names in the file: { 问题: query, 答案: response }.
    读取前给列改名，左边是文件里的列名：{ 问题: query, 答案: response }。
    = What text files are written in that are not UTF-8.
    不是 UTF-8 的文本文件用的是什么编码。
    = What to do with a row that cannot be read: stop, or leave it out and count it.
    遇到无法读取的行怎么办：停止，或略去并计数。
    = Leaves out rows by finding, language, length or regular expression, and counts them by reason.
    按问题、语言、长度或正则表达式略去行，并按原因计数。
    = Leave out rows with one of these findings of data lint, such as control-tokens.
    略去带有 data lint 这些问题之一的行，例如 control-tokens。
    = Keep only rows in these languages, by their script.
    只保留这些语言的行，按文字判断。
    = Leave out rows whose answers have fewer characters.
    略去回答字符数更少的行。
    = Leave out rows whose answers have more characters.
    略去回答字符数更多的行。
    = Leave out rows that have more characters without the system prompt.
    略去字符数（不含系统提示）更多的行。
    = Keep only rows in which this regular expression is found.
    只保留能匹配这个正则表达式的行。
    = Leave out rows in which this regular expression is found.
    略去能匹配这个正则表达式的行。
    = Write the rows that would be left out, to look at them.
    写出本来会被略去的行，以便查看。
    = Mixes domain data with general data in a ratio, splits off validation rows, and reports what came out.
    按比例混合领域数据和通用数据，划出验证行，并报告结果。
    = Domain to general, such as "1:5"; without it everything is used.
    领域与通用之比，例如 "1:5"；不写则全部使用。
    = What the ratio counts.
    比例按什么计算。
    = The share of each source kept for validation; equal and nearly equal rows stay on one side.
    每个来源留作验证的比例；相同和近似的行留在同一侧。
    = Which rows are kept once: none, equal ones (exact), or also those nearly the same (near); all are counted.
    哪些重复行只留一份：都不去重（none）、相同的（exact），或近似的也算（near）；无论如何都会计数。
    = When there are too few general rows for the ratio: stop, repeat rows, or accept what there is.
    通用行不够凑成比例时：停止、重复使用，或有多少用多少。
    = Runs any program: what is not done natively stays in the same graph.
    运行任意程序：内置做不到的事也留在同一张图里。
    = The program and its arguments; {output}, {inputs.NAME}, {threads} and {seed} are replaced.
    程序及其参数；{output}、{inputs.NAME}、{threads} 和 {seed} 会被替换。
    = A command line for /bin/sh instead of run.
    交给 /bin/sh 的命令行，代替 run。
    = Variables set for the program; part of the key, so never for credentials.
    为程序设置的环境变量；它们是缓存键的一部分，因此不要放密钥。
    = What the program writes, so that stages that need a model or a dataset accept it.
    程序写出的是什么，这样需要模型或数据集的阶段才会接受它。
    = Turns conversations into token ids and labels; rows are tokenized once, whatever the mix.
    把对话变成 token 编号和标签；无论怎样混合，每行只分词一次。
    = The system prompt of rows that have none of their own.
    自身没有系统提示的行使用的系统提示。
    = The chat template: model (the model's own), a built-in's name, or Jinja text.
    对话模板：model（模型自带的）、内置模板名，或 Jinja 文本。
    = Variables for the template, such as enable_thinking.
    传给模板的变量，例如 enable_thinking。
    = The longest row, in tokens.
    最长的行，以 token 计。
    = What to do with a longer row: leave it out, cut its end, or stop.
    遇到更长的行怎么办：略去、截断末尾，或停止。
    = Which assistant turns are learned.
    学习助手的哪些轮。
    = What to do with a row the template refuses: stop, or leave it out and count it.
    遇到模板不接受的行怎么办：停止，或略去并计数。
    = Trains a LoRA adapter on labeled tokens; resumes to the same bytes.
    在带标签的 token 上训练 LoRA 适配器；中断后续跑的结果逐字节相同。
    = The shape of the adapter.
    适配器的形状。
    = The learning rate over the updates.
    各步的学习率。
    = What answers to questions without expect must be.
    没有写 expect 的问题，其回答应满足的条件。
    = The proof: the stage fails when the merged model's logits differ by more.
    校验：合并后模型的 logits 差异超过它时，阶段失败。
    = Rank of the update.
    更新矩阵的秩（rank）。
    = The update is scaled by alpha ÷ rank (÷ √rank with rslora).
    更新量按 alpha ÷ rank 缩放（用 rslora 时按 alpha ÷ √rank）。
    = Which linear layers get an adapter.
    哪些线性层加适配器。
    = Dropout before A; above 0 no prefix is shared.
    A 之前的 dropout；大于 0 时不共享前缀。
    = Scale by alpha ÷ √rank.
    按 alpha ÷ √rank 缩放。
    = The highest rate of the schedule.
    学习率曲线的峰值。
    = How the rate falls.
    学习率怎样下降。
    = The share of updates in which the rate rises.
    学习率上升（预热）占全部更新步的比例。
    = The number of updates in which the rate rises, instead.
    改用步数指定预热长度。
    = Decoupled, on A and B alike.
    解耦的权重衰减，对 A 和 B 一样。
    = Decay of AdamW's first moment.
    AdamW 一阶矩的衰减。
    = Decay of AdamW's second moment.
    AdamW 二阶矩的衰减。
    = AdamW's ε.
    AdamW 的 ε。
    = The gradient is scaled down to this norm.
    梯度范数超过它时缩小到它。
    = Rows of a batch; only its product with gradient_accumulation matters.
    每批行数；只有它与 gradient_accumulation 的乘积有影响。
    = Batches per update.
    每次更新的批数。
    = Passes over the training rows.
    训练数据过几遍。
    = Stop after so many updates.
    更新这么多步后停止。
    = Updates between measurements on the validation rows; 0 never measures.
    每隔多少步在验证行上测量一次；0 表示不测。
    = Updates between checkpoints; 0 writes one only when stopped.
    每隔多少步写一个检查点；0 表示只在停止时写。
    = How many checkpoints are kept.
    保留几个检查点。
    = Keep the adapter of the lowest validation loss, not the last.
    保留验证 loss 最低的适配器，而不是最后一个。
    = Stop after so many measurements without a lower validation loss; 0 never.
    验证 loss 连续这么多次没有降低就停止；0 表示不提前停止。
    = Tokens laid end to end as one unit of work; part of the key, since sums are rounded by it.
    首尾相接作为一个计算单位的 token 数；它影响求和的舍入，所以是缓存键的一部分。
    = What trains: native, ms-swift, or a map of options (docs/engines.md).
    用什么训练：native、ms-swift，或一组选项（docs/engines.md）。
    = The engine: ms-swift.
    引擎：ms-swift。
    = A program that keeps to the contract of docs/engines.md, and its arguments.
    遵守 docs/engines.md 约定的程序及其参数。
    = Processes per node, one for each GPU.
    每个节点的进程数，一个 GPU 一个。
    = Nodes of a cluster's job.
    集群作业的节点数。
    = auto takes a GPU where there is one.
    auto：有 GPU 就用 GPU。
    = What the base is computed in; bfloat16 on a GPU and float32 on a CPU unless given.
    基座用什么精度计算；不写时 GPU 上是 bfloat16，CPU 上是 float32。
    = Rows per process and pass; batch_size unless given. The updates stay the same.
    每个进程每次前向的行数；默认等于 batch_size。更新不受影响。
    = Shards optimizer (zero2) and base (zero3) over the processes.
    把优化器（zero2）和基座（zero3）分片到各进程。
    = Holds the base in 4 bits (QLoRA).
    基座以 4 位存放（QLoRA）。
    = The implementation of attention.
    注意力的实现。
    = Computes activations twice to save memory; on by default on a GPU.
    重新计算激活值以节省内存；GPU 上默认开启。
    = Further arguments of the engine, as it names them.
    引擎的其他参数，用它自己的名字。
    = Measures loss and answers to probes, of the base and of base with adapter, side by side.
    并排测量基座和基座加适配器的 loss 与探针回答。
    = Questions put to base and tuned model.
    向基座和微调后模型提的问题。
    = Text the answer must contain; of a list, any.
    回答必须包含的文字；列表中有一个即可。
    = A regular expression that must be found in the answer.
    回答必须能匹配的正则表达式。
    = The whole answer, without spaces around it.
    完整的回答，不计首尾空白。
    = Text the answer must not contain; of a list, none.
    回答不能包含的文字；列表中一个都不能有。
    = Whether case is ignored.
    是否忽略大小写。
    = The system prompt, when neither data nor adapter brings one or another is meant.
    系统提示：数据和适配器都没有带，或想换一个时使用。
    = The longest answer, in tokens.
    最长的回答，以 token 计。
    = The stage fails unless each named group's share of right answers, with groups below it, is at least this.
    每个列出的分组（含其下级分组）答对的比例低于它时，阶段失败。
    = Whether the base alone is measured too.
    是否也单独测量基座。
    = Adds an adapter into its base and verifies the logits; writes a Hugging Face folder, a GGUF, or both.
    把适配器合并进基座并校验 logits；写出 Hugging Face 文件夹、GGUF，或两者。
    = Precision of the Hugging Face folder's weights.
    Hugging Face 文件夹中权重的精度。
    = What is written: config.json and safetensors, model.gguf, or both.
    写出什么：config.json 和 safetensors、model.gguf，或两者。
    = Precision of the GGUF's matrices.
    GGUF 中矩阵的精度。
    = Asked of the base with the adapter and of the merged model.
    同时问基座加适配器和合并后模型的问题。
    = The largest root-mean-square difference of logits; by default what the dtype explains.
    logits 均方根差的上限；默认是该精度能解释的大小。
    = The largest share of positions whose most likely token differs; by default by dtype.
    最可能 token 不同的位置所占比例的上限；默认随精度而定。
    = Describes a service and proves that it answers; 'lorapipe serve' keeps it up.
    描述一个服务并证明它能回答；'lorapipe serve' 让它一直运行。
    = The model's name in the API.
    API 里的模型名。
    = The chat page's title; the name unless given.
    聊天页的标题；默认是模型名。
    = A sentence below the title.
    标题下的一句话。
    = Questions offered on the chat page.
    聊天页上提供的示例问题。
    = The system prompt, when another than the trained one is meant.
    系统提示：想用与训练时不同的系统提示时填写。
    = The address to listen on.
    监听的地址。
    = The port; 0 takes a free one.
    端口；0 表示取一个空闲端口。
    = The temperature when the request sets none.
    请求没有指定时的 temperature。
    = top_p when the request sets none.
    请求没有指定时的 top_p。
    = The longest answer, in tokens, when the request sets no limit.
    请求没有限制时最长的回答，以 token 计。
    = The question of the health check.
    健康检查时提的问题。
    = Files brought.
    取得的文件数。
    = Their size.
    它们的大小。
    = Rows written.
    写出的行数。
    = Rows that could not be read and were left out.
    无法读取而略去的行数。
    = How often the placeholder of that name was filled.
    该占位符被填写的次数。
    = Rows that a condition applies to.
    符合条件的行数。
    = Rows for that reason: a finding's name, language, short, long, match or no-match; the first counts.
    因该原因略去的行数：问题名、language、short、long、match 或 no-match；只算第一个原因。
    = Rows of the mix.
    混合后的行数。
    = Rows to learn from.
    用于训练的行数。
    = Rows kept for validation.
    留作验证的行数。
    = Domain rows.
    领域数据的行数。
    = General rows.
    通用数据的行数。
    = Names of columns that no conversation shows.
    没有进入任何对话的列名。
    = Tokens of the domain rows, with by: tokens.
    领域数据的 token 数（by: tokens 时）。
    = Tokens of the general rows, with by: tokens.
    通用数据的 token 数（by: tokens 时）。
    = General to one of domain, as it came out.
    实际得到的比例：每一份领域数据对应的通用数据。
    = Rows equal to an earlier one.
    与前面某行相同的行数。
    = How many duplicates and near-duplicates were left out.
    略去的重复和近似重复行数。
    = Rows nearly the same as an earlier one, without equal ones.
    与前面某行近似的行数，不含完全相同的。
    = Validation rows with a question that is also learned.
    问题也出现在训练集中的验证行数。
    = Rows with the flaw of that name, which data lint explains.
    有该问题的行数，data lint 会说明。
    = Rows in that language.
    该语言的行数。
    = Median length of a row, in characters.
    行长度的中位数，以字符计。
    = Length that 95 % of the rows do not exceed.
    95 % 的行不超过的长度。
    = Length of the longest row.
    最长一行的长度。
    = Their tokens.
    它们的 token 数。
    = Tokens that are learned.
    学习的 token 数。
    = Tokens of the longest row.
    最长一行的 token 数。
    = Rows left out because they are too long.
    因过长而略去的行数。
    = Rows whose end was cut.
    末尾被截断的行数。
    = Cut rows whose answer lost its end, so that stopping is not learned.
    回答末尾被截断的行数，模型学不到在哪里停。
    = Learned tokens of the domain rows, validation left out.
    领域数据学习的 token 数，不含验证。
    = Learned tokens of the general rows, validation left out.
    通用数据学习的 token 数，不含验证。
    = Rows left out because the template refuses them.
    模板不接受而略去的行数。
    = Rows left out because no token of theirs is learned.
    没有可学的 token 而略去的行数。
    = Pieces the rows are tokenized in.
    分词时分成的块数。
    = Pieces that were tokenized before.
    此前已分词、直接复用的块数。
    = Elements of the adapter.
    适配器的参数个数。
    = Training rows.
    训练行数。
    = Updates made.
    更新的步数。
    = Training loss of the last update.
    最后一步的训练 loss。
    = Loss of the last measurement.
    最后一次测量的 loss。
    = Training speed, on average.
    平均训练速度。
    = The lowest validation loss.
    最低的验证 loss。
    = The update it was measured after.
    在第几步之后测得。
    = The share of the probes of the group identity, and of groups below it, that were answered rightly, of those that the base did not answer rightly.
    identity 分组（含下级分组）中，基座答错的探针里微调后答对的比例。
    = The share of these probes that the base answered rightly already.
    这些探针中基座本来就答对的比例。
    = The share of the other probes that the tuned model answered with its identity.
    其他探针中，微调后模型答成自我介绍的比例。
    = The relative change of the loss on general rows: below zero the tuned model is better than the base.
    通用数据 loss 的相对变化：小于零表示微调后比基座好。
    = Loss on all validation rows.
    全部验证行上的 loss。
    = The same of the base.
    基座的同一指标。
    = Of base or tuned, on domain or general rows: tuned.general.loss.
    基座或微调后、领域或通用数据上的 loss，例如 tuned.general.loss。
    = The exponential of each loss.
    各 loss 的指数（困惑度）。
    = The share of labeled tokens that were the first choice.
    带标签的 token 中排在第一位的比例。
    = The share of the probes of the group, and of groups below it, that were answered rightly.
    该分组（含下级分组）的探针答对的比例。
    = How many probes the group and the groups below it have.
    该分组（含下级分组）的探针数。
    = The share of the update that rounding to the dtype loses.
    舍入到该精度时损失的更新量所占比例。
    = The same of the GGUF.
    GGUF 的同一指标。
    = Largest difference between logits of base with adapter and of the merged model.
    基座加适配器与合并后模型 logits 的最大差。
    = Root mean square of the differences.
    差的均方根。
    = The share of positions whose most likely token differs.
    最可能的 token 不同的位置所占比例。
    = Positions compared.
    比较的位置数。
    = The same of the GGUF, when both formats are written.
    同时写两种格式时，GGUF 的同一指标。
    = From starting the service to its answer.
    从启动服务到它作出回答的时间。
    = Runs a model over rows: its own answers to them, new wordings of their questions, or rejected answers.
    用模型处理每条数据：写出它自己的回答、问题的新问法，或被拒绝的回答。
    = What the model's text becomes: the row's answers, its questions, or rejected answers beside its own.
    模型写出的文本放到哪里：作为回答、作为问题，或作为被拒绝的回答。
    = What the model is asked instead of the row's conversation, with {query}, {response} or {a column}.
    不用原对话，改问模型这段话，可写 {query}、{response} 或 {列名}。
    = A system prompt for the model; rows keep only their own.
    给模型的系统提示词；数据里只保留它们自己的。
    = The longest text, in tokens.
    文本最多多少个词元。
    = Randomness; 0 always takes the most likely token.
    随机程度；0 表示总取最可能的词元。
    = Sample from the most likely tokens whose probabilities sum to this.
    只从概率之和达到此值的最可能词元里采样。
    = Sample from so many most likely tokens; 0 means all.
    只从这么多个最可能的词元里采样；0 表示全部。
    = How many texts each row gets, each in a row of its own.
    每条数据生成几个文本，各成一条。
    = What to do with a text that has no end after max_tokens: leave it out, or keep it.
    到 max_tokens 还没结束的文本怎么办：舍去或保留。
    = Texts left out because they have no end.
    因没有结束而舍去的文本。
    = Texts left out because they are empty.
    因为空而舍去的文本。
    = Texts left out because they equal the row's own or an earlier one.
    因与原文或前面的相同而舍去的文本。
    = Rows that do not fit into the model's context.
    放不进模型上下文的数据条数。
    = Texts kept from an interrupted attempt.
    从中断的那次保留下来的文本。
    = Tokens generated.
    生成的词元数。
    = A regular expression that matches whole module paths, such as `.*\.[0-3]\.mlp\..*`.
    匹配完整模块路径的正则表达式，例如 `.*\.[0-3]\.mlp\..*`。
    = What A and B start as: default (B = 0), or pissa (the largest singular directions of the weight).
    A 和 B 的初始值：default（B = 0），或 pissa（权重最大的奇异方向）。
    = DoRA: also train the length of each row of the updated weights. Takes more memory; no dropout.
    DoRA：同时训练更新后权重每一行的长度。占更多内存；不能用 dropout。
    = How many directions of each module hold 95 % of the update (of the sum of its squared singular values).
    每个模块有多少个方向就占更新量的 95 %（按奇异值平方和计）。
    = The same, over the modules of one name in all layers.
    同上，按所有层里同名的模块计。
    = The share of the update in so many directions of each module: what this rank would keep.
    每个模块前这么多个方向占更新量的比例：用这个 rank 能保留多少。
    = The size of the update: the Frobenius norm over all modules.
    更新的大小：所有模块的 Frobenius 范数。
    = The update's norm as a share of the norm of the weights it changes.
    更新的范数占所改权重范数的比例。
    """#
}
