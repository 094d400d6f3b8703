extension Chinese {
  /// What the kinds of stages say of themselves, and of their parameters.
  static let kinds = #"""
    = Brings a model, a dataset or files from a hub, a package, the web or this disk.
    从模型库、Python 包、网页或本机取来模型、数据集或文件。
    = hf:ORG/NAME, hf-dataset:ORG/NAME, modelscope:ORG/NAME, modelscope-dataset:ORG/NAME, pip:NAME==VERSION, https://… or a file; a list is the parts of one file, in their order.
    hf:组织/名称、hf-dataset:组织/名称、modelscope:组织/名称、modelscope-dataset:组织/名称、pip:名称==版本、https://… 或一个文件；列表表示同一个文件的各部分，按顺序写。
    = A branch, tag or commit of the hub; a commit is pinned, a branch is resolved again in every run.
    社区里的分支、标签或提交；提交是固定的，分支每次运行都会重新查询。
    = Only files whose path matches one of these patterns; * and ? are wild.
    只取路径符合其中一个模式的文件；* 和 ? 是通配符。
    = No files whose path matches one of these patterns.
    不取路径符合其中任何一个模式的文件。
    = What a single file's SHA-256 must be, in hexadecimal.
    单个文件应有的 SHA-256，十六进制。
    = Whether a downloaded archive is replaced by what it holds.
    下载的压缩包是否解开。
    = The name of the file that the parts of a list make; each part is one file, chosen by include.
    各部分拼成的文件的名字；每个部分是一个文件，用 include 选定。
    = Fills placeholders such as {{NAME}} in every row, by the row's language.
    填上每条数据里 {{NAME}} 这样的占位符，按数据的语言选值。
    = The value of each placeholder: one for all rows, or one per tag (and default).
    每个占位符的值：所有数据共用一个，或每个标签一个（外加 default）。
    = Names, or patterns such as '?', of what looks like a placeholder and is to stay, as {{a}} in LaTeX.
    看起来像占位符但要保留的名字，或 '?' 这样的模式，例如 LaTeX 里的 {{a}}。
    = The field of a row that says which value to take.
    数据里决定取哪个值的字段。
    = Only data files whose path matches one of these patterns.
    只读路径符合其中一个模式的数据文件。
    = New names of columns before rows are read, by the names in the file: { 问题: query, 答案: response }.
    读取前给列改名，左边是文件里的列名：{ 问题: query, 答案: response }。
    = What text files are written in that are not UTF-8.
    非 UTF-8 文本文件所用的编码。
    = What to do with a row that cannot be read: stop, or leave it out and count it.
    遇到读不了的数据怎么办：停下（error），或跳过并计数（drop）。
    = Leaves out rows by finding, language, length or regular expression, and counts them by reason.
    按检查结果、语言、长度或正则表达式筛掉数据，并按原因计数。
    = Leave out rows with one of these findings of data lint, such as control-tokens.
    筛掉有 'data lint' 查出的这些问题的数据，如 control-tokens。
    = Keep only rows in these languages, by their script.
    只留这些语言的数据，按文字判断。
    = Leave out rows whose answers have fewer characters.
    筛掉回答字符数更少的数据。
    = Leave out rows whose answers have more characters.
    筛掉回答字符数更多的数据。
    = Leave out rows that have more characters without the system prompt.
    筛掉总字符数（不含系统提示词）更多的数据。
    = Keep only rows in which this regular expression is found.
    只留能匹配这个正则表达式的数据。
    = Leave out rows in which this regular expression is found.
    筛掉能匹配这个正则表达式的数据。
    = Write the rows that would be left out, to look at them.
    反过来写出会被筛掉的数据，便于查看。
    = Mixes domain data with general data in a ratio, splits off validation rows, and reports what came out.
    按配比混合领域数据和通用数据，分出验证集，并报告结果。
    = Domain to general, such as "1:5"; without it everything is used.
    领域与通用之比，如 "1:5"；不写就全部用上。
    = What the ratio counts.
    配比按什么算：条数（rows）或 token 数（tokens）。
    = The share of each source kept for validation; equal and nearly equal rows stay on one side.
    每个来源留作验证的比例；相同和几乎相同的数据总在同一侧。
    = Which rows are kept once: none, equal ones (exact), or also those nearly the same (near); all are counted.
    去重：不去（none）、只去完全相同的（exact），或连几乎相同的也去（near）；都会计数。
    = When there are too few general rows for the ratio: stop, repeat rows, or accept what there is.
    通用数据不够配比时：停下（error）、重复使用（repeat），或有多少用多少（accept）。
    = Runs any program: what is not done natively stays in the same graph.
    运行任意程序，让内置阶段做不到的事也留在同一张图里。
    = The program and its arguments; {output}, {inputs.NAME}, {threads} and {seed} are replaced.
    程序及其参数；{output}、{inputs.NAME}、{threads} 和 {seed} 会被替换。
    = A command line for /bin/sh instead of run.
    代替 run：交给 /bin/sh 的命令行。
    = Variables set for the program; part of the key, so never for credentials.
    给程序设置的环境变量；属于缓存键，所以不要写密码或密钥。
    = What the program writes, so that stages that need a model or a dataset accept it.
    程序写出的是什么，这样需要模型或数据集的阶段才能接受它。
    = Turns conversations into token ids and labels; rows are tokenized once, whatever the mix.
    把对话变成 token 编号和标签；每条数据只分词一次，与混合方式无关。
    = The system prompt of rows that have none of their own.
    自己没有系统提示词的数据用这一个。
    = The chat template: model (the model's own), a built-in's name, or Jinja text.
    对话模板：model（模型自带的）、内置模板的名字，或 Jinja 文本。
    = Variables for the template, such as enable_thinking.
    给模板的变量，如 enable_thinking。
    = The longest row, in tokens.
    一条数据最多多少个 token。
    = What to do with a longer row: leave it out, cut its end, or stop.
    更长的数据怎么办：跳过（drop）、截断（truncate）或停下（error）。
    = Which assistant turns are learned.
    学习哪些回答：全部（all）或最后一个（last）。
    = What to do with a row the template refuses: stop, or leave it out and count it.
    模板不接受的数据怎么办：停下（error），或跳过并计数（drop）。
    = Trains a LoRA adapter on labeled tokens; resumes to the same bytes.
    在带标签的 token 上训练 LoRA 适配器；中断后继续，结果逐字节相同。
    = The shape of the adapter.
    适配器的形状。
    = The learning rate over the updates.
    学习率调度。
    = What answers to questions without expect must be.
    没写 expect 的题，对答案的要求。
    = The proof: the stage fails when the merged model's logits differ by more.
    校验：合并后模型的 logits 相差超过这里的值，阶段就失败。
    = Rank of the update.
    LoRA 的秩。
    = The update is scaled by alpha ÷ rank (÷ √rank with rslora).
    修正量乘以 alpha ÷ rank（rslora 时为 alpha ÷ √rank）。
    = Which layers get an adapter; embed_tokens and lm_head only if the list names them (new tokens or scripts).
    给哪些层加适配器；embed_tokens 和 lm_head 只有写进列表才会加（用于新 token 或新文字）。
    = Dropout before A; above 0 no prefix is shared.
    A 之前的 dropout；大于 0 时不共享前缀计算。
    = Scale by alpha ÷ √rank.
    按 alpha ÷ √rank 缩放。
    = The highest rate of the schedule: start with 5e-4 for 135M to 500M, 2e-4 for 0.6B to 2B, 1e-4 above.
    峰值学习率：135M 到 500M 先取 5e-4，0.6B 到 2B 先取 2e-4，更大的先取 1e-4。
    = How the rate falls.
    学习率怎样下降。
    = The share of updates in which the rate rises.
    预热步数占总步数的比例。
    = The number of updates in which the rate rises, instead.
    直接写预热步数，代替比例。
    = Decoupled, on A and B alike.
    解耦的权重衰减，A 和 B 相同。
    = Decay of AdamW's first moment.
    AdamW 一阶矩的衰减。
    = Decay of AdamW's second moment.
    AdamW 二阶矩的衰减。
    = AdamW's ε.
    AdamW 的 ε。
    = The gradient is scaled down to this norm.
    梯度裁剪到这个范数。
    = Rows of a batch; only its product with gradient_accumulation matters, and that hardly changes the memory.
    每批多少条；只有它与 gradient_accumulation 的乘积起作用，而且几乎不影响内存。
    = Batches per update.
    每次更新累积多少批。
    = Passes over the training rows: 2 or 3 for a few hundred rows, 1 or 2 for many thousands.
    训练数据过几轮：几百条取 2 到 3，几千条以上取 1 到 2。
    = Stop after so many updates.
    更新这么多步后停止。
    = Updates between measurements on the validation rows; 0 never measures.
    每隔多少步在验证集上算一次 loss；0 表示不算。
    = Updates between checkpoints; 0 writes one only when stopped.
    每隔多少步存一个检查点；0 表示只在停下时存。
    = How many checkpoints are kept.
    保留多少个检查点。
    = Keep the adapter of the lowest validation loss, not the last.
    保留验证 loss 最低时的适配器，而不是最后一步的。
    = Stop after so many measurements without a lower validation loss; 0 never.
    验证 loss 连续这么多次不再降低就停止；0 表示不提前停止。
    = Tokens laid end to end as one unit of work; part of the key, since sums are rounded by it.
    首尾相接、一起计算的 token 数；会影响求和的舍入，所以属于缓存键。
    = What trains: native, ms-swift, or a map of options (docs/engines.md).
    用什么训练：native、ms-swift，或一组选项（docs/engines.md）。
    = The engine: ms-swift.
    引擎：ms-swift。
    = A program that keeps to the contract of docs/engines.md, and its arguments.
    遵守 docs/engines.md 约定的程序及其参数。
    = Processes per node, one for each GPU.
    每个节点的进程数，一个 GPU 一个进程。
    = Nodes of a cluster's job.
    集群作业的节点数。
    = auto takes a GPU where there is one.
    auto：有 GPU 就用 GPU。
    = What the base is computed in; bfloat16 on a GPU and float32 on a CPU unless given.
    基座计算用的数据类型；不写时 GPU 用 bfloat16，CPU 用 float32。
    = Rows per process and pass; batch_size unless given. The updates stay the same.
    每个进程一次算多少条；不写就是 batch_size。更新不变。
    = Shards optimizer (zero2) and base (zero3) over the processes.
    把优化器（zero2）和基座（zero3）分片到各进程。
    = Holds the base in 4 bits (QLoRA).
    基座按 4 位存放（QLoRA）。
    = The implementation of attention.
    注意力的实现。
    = Computes activations twice to save memory; on by default on a GPU.
    激活值重算一遍以节省显存；在 GPU 上默认打开。
    = Further arguments of the engine, as it names them.
    引擎的其他参数，用引擎自己的名字。
    = Measures loss and answers to probes, of the base and of base with adapter, side by side.
    对比基座与加上适配器之后：计算 loss，回答测试题。
    = Questions put to base and tuned model.
    向基座和微调后的模型提的测试题。
    = Text the answer must contain; of a list, any.
    答案必须包含的文字；列表则包含其一即可。
    = A regular expression that must be found in the answer.
    答案必须匹配的正则表达式。
    = The whole answer, without spaces around it.
    完整的答案，首尾空格不算。
    = Text the answer must not contain; of a list, none.
    答案不能包含的文字；列表则都不能包含。
    = Whether case is ignored.
    是否忽略大小写。
    = The system prompt, when neither data nor adapter brings one or another is meant.
    系统提示词；数据和适配器都没有，或要换一个时写。
    = The longest answer, in tokens.
    回答最多多少个 token。
    = The stage fails unless each named group's share of right answers, with groups below it, is at least this.
    各组（含其下的组）的答对率达不到这里写的值，阶段就失败。
    = Whether the base alone is measured too.
    是否也测单独的基座。
    = Adds an adapter into its base and verifies the logits; writes a Hugging Face folder, a GGUF, or both.
    把适配器合并进基座并校验 logits；写出 Hugging Face 文件夹、GGUF，或两者都写。
    = Precision of the Hugging Face folder's weights.
    Hugging Face 文件夹里权重的精度。
    = What is written: config.json and safetensors, model.gguf, or both.
    写出什么：config.json 与 safetensors，model.gguf，或两者。
    = Precision of the GGUF's matrices.
    GGUF 里矩阵的精度。
    = Asked of the base with the adapter and of the merged model.
    分别问加了适配器的基座和合并后的模型。
    = The largest root-mean-square difference of logits; by default what the dtype explains.
    logits 均方根差的上限；默认按数据类型。
    = The largest share of positions whose most likely token differs; by default by dtype.
    首选 token 不同的位置所占比例的上限；默认按数据类型。
    = Describes a service and proves that it answers; 'lorapipe serve' keeps it up.
    描述一个服务并验证它能回答；'lorapipe serve' 让它一直运行。
    = The model's name in the API.
    API 里的模型名。
    = The chat page's title; the name unless given.
    聊天页的标题；不写就用 name。
    = A sentence below the title.
    标题下面的一句话。
    = Questions offered on the chat page.
    聊天页上的示例问题。
    = The system prompt, when another than the trained one is meant.
    系统提示词；要与训练时不同才写。
    = The address to listen on.
    监听的地址。
    = The port; 0 takes a free one.
    端口；0 表示随便选一个空闲的。
    = The temperature when the request sets none.
    请求没写时用的 temperature。
    = top_p when the request sets none.
    请求没写时用的 top_p。
    = How the KV cache stores keys and values: f32, f16 in half the memory, or q8_0 in about a quarter. The smaller types round them.
    KV 缓存存键和值的类型：f32；f16 内存减半；q8_0 约四分之一。后两种会把数舍入。
    = How inputs of products with quantized weights are rounded: to int16, or to int8, which is faster and changes replies a little.
    与量化权重相乘的激活值舍入成什么类型：int16，或 int8（更快，回答会略有不同）。
    = The longest answer, in tokens, when the request sets no limit.
    请求没写上限时，回答最多多少个 token。
    = The question of the health check.
    健康检查时提的问题。
    = Runs a model over rows: its own answers to them, new wordings of their questions, or rejected answers.
    用模型处理每条数据：写出它自己的回答、问题的新问法，或被拒绝的回答。
    = What the model's text becomes: the row's answers, its questions, or rejected answers beside its own.
    模型写出的文本放到哪里：作为回答、作为问题，或作为被拒绝的回答。
    = What the model is asked instead of the row's conversation, with {query}, {response} or {a column}.
    不用原对话，改问模型这段话，可写 {query}、{response} 或 {列名}。
    = A system prompt for the model; rows keep only their own.
    给模型的系统提示词；数据里只保留它们自己的。
    = The longest text, in tokens.
    文本最多多少个 token。
    = Randomness; 0 always takes the most likely token.
    随机程度；0 表示总取概率最大的 token。
    = Sample from the most likely tokens whose probabilities sum to this.
    只从概率之和达到此值、概率最大的 token 里采样。
    = Sample from so many most likely tokens; 0 means all.
    只从概率最大的这么多个 token 里采样；0 表示全部。
    = How many texts each row gets, each in a row of its own.
    每条数据生成几个文本，各成一条。
    = What to do with a text that has no end after max_tokens: leave it out, or keep it.
    到 max_tokens 还没结束的文本怎么办：舍去或保留。
    = A regular expression that matches whole module paths, such as `.*\.[0-3]\.mlp\..*`.
    匹配完整模块路径的正则表达式，例如 `.*\.[0-3]\.mlp\..*`。
    = What A and B start as: default (B = 0), or pissa (the largest singular directions of the weight).
    A 和 B 的初始值：default（B = 0），或 pissa（权重最大的奇异方向）。
    = DoRA: also train the length of each row of the updated weights. Takes more memory; no dropout.
    DoRA：同时训练更新后权重每一行的长度。占更多内存；不能用 dropout。
    """#
}
