extension Chinese {
  /// What the kinds of stages say of their metrics.
  static let metrics = #"""
    = Files brought.
    取来的文件数。
    = Size of the files.
    文件的大小。
    = Rows written.
    写出的条数。
    = Rows that could not be read and were left out.
    读不了而跳过的条数。
    = How often the placeholder of that name was filled.
    该占位符填了多少次。
    = Rows that a condition applies to.
    符合筛除条件的条数。
    = Rows for that reason: a finding's name, language, short, long, match or no-match; the first counts.
    因该原因筛掉的条数：检查项的名字、language、short、long、match 或 no-match；只算第一个原因。
    = Rows of the mix.
    混合后的条数。
    = Rows to learn from.
    训练条数。
    = Rows kept for validation.
    验证条数。
    = Domain rows.
    领域数据条数。
    = General rows.
    通用数据条数。
    = Names of columns that no conversation shows.
    没有用到的列名。
    = Tokens of the domain rows, with by: tokens.
    领域数据的 token 数（by: tokens 时）。
    = Tokens of the general rows, with by: tokens.
    通用数据的 token 数（by: tokens 时）。
    = General to one of domain, as it came out.
    实际配比：每条领域数据对应多少条通用数据。
    = Rows equal to an earlier one.
    与前面某条相同的条数。
    = How many duplicates and near-duplicates were left out.
    去掉了多少条重复和近似重复。
    = Rows nearly the same as an earlier one, without equal ones.
    与前面某条几乎相同的条数，不含完全相同的。
    = Validation rows with a question that is also learned.
    问题在训练集里也有的验证条数。
    = Rows with the flaw of that name, which data lint explains.
    有该问题的条数，'data lint' 有说明。
    = Rows in that language.
    该语言的条数。
    = Median length of a row, in characters.
    每条数据长度的中位数，按字符计。
    = Length that 95 % of the rows do not exceed.
    95 % 的数据不超过的长度。
    = Length of the longest row.
    最长一条的长度。
    = Tokens of the rows to learn from.
    训练数据的 token 数。
    = Tokens of the validation rows.
    验证数据的 token 数。
    = Tokens that are learned.
    参与训练的 token 数。
    = Tokens of the longest row.
    最长一条的 token 数。
    = Rows left out because they are too long.
    太长而跳过的条数。
    = Rows whose end was cut.
    末尾被截断的条数。
    = Cut rows whose answer lost its end, so that stopping is not learned.
    截断后回答没有结尾的条数：这类数据会让模型学不会停止。
    = Learned tokens of the domain rows, validation left out.
    领域数据中参与训练的 token 数，不含验证集。
    = Learned tokens of the general rows, validation left out.
    通用数据中参与训练的 token 数，不含验证集。
    = Rows left out because the template refuses them.
    模板不接受而跳过的条数。
    = Rows left out because no token of theirs is learned.
    没有任何 token 参与训练而跳过的条数。
    = Pieces the rows are tokenized in.
    数据分成多少块来分词。
    = Pieces that were tokenized before.
    以前已经分过词的块数。
    = Elements of the adapter.
    适配器的参数个数。
    = Training rows.
    训练条数。
    = Updates made.
    更新步数。
    = Training loss of the last update.
    最后一步的训练 loss。
    = Loss of the last measurement.
    最后一次的验证 loss。
    = Training speed, on average.
    平均训练速度。
    = The lowest validation loss.
    最低的验证 loss。
    = The update after which the validation loss was lowest.
    验证 loss 最低是在第几步之后。
    = The share of the probes of the group identity, and of groups below it, that were answered rightly, of those that the base did not answer rightly.
    identity 组（含其下的组）里，基座答错的测试题中答对了多少。
    = The share of the probes of the group identity, and of groups below it, that the base answered rightly already.
    identity 组（含其下的组）的测试题里，基座本来就答对的比例。
    = The share of the probes outside the group identity that the tuned model answered with its identity.
    identity 组以外的测试题里，微调后的模型答成自我介绍的比例。
    = The relative change of the loss on general rows: below zero the tuned model is better than the base.
    通用数据上 loss 的相对变化：小于零表示微调后比基座好。
    = Loss of the tuned model on all validation rows.
    微调后的模型在全部验证数据上的 loss。
    = Loss of the base on all validation rows.
    基座在全部验证数据上的 loss。
    = Loss of the base or the tuned model on domain or general rows, such as tuned.general.loss.
    基座或微调后的模型在领域或通用数据上的 loss，如 tuned.general.loss。
    = The exponential of the loss of that name. At a perplexity of 10 the model is as unsure as in a choice among 10 tokens.
    同名 loss 的指数。困惑度为 10，就像在 10 个 token 里拿不定主意。
    = The share of labeled tokens that were the first choice.
    参与训练的 token 中，模型首选正确的比例。
    = The share of the probes of the group, and of groups below it, that the tuned model answered rightly.
    该组（含其下的组）的测试题里，微调后的模型答对的比例。
    = The share of the probes of the group, and of groups below it, that the base answered rightly.
    该组（含其下的组）的测试题里，基座答对的比例。
    = How many probes the group and the groups below it have.
    该组（含其下的组）的测试题数。
    = The share of the update that rounding to the dtype loses.
    舍入到该数据类型时损失的修正量比例。
    = The share of the update that rounding loses in the GGUF.
    GGUF 舍入时损失的修正量比例。
    = Root mean square of the differences to the GGUF.
    与 GGUF 的差的均方根。
    = The share of positions whose most likely token differs in the GGUF.
    GGUF 首选 token 不同的位置的比例。
    = Positions compared with the GGUF.
    与 GGUF 比较的位置数。
    = Largest difference between logits of base with adapter and of the merged model.
    加适配器的基座与合并后模型的 logits 的最大差。
    = Root mean square of the differences.
    差的均方根。
    = The share of positions whose most likely token differs.
    首选 token 不同的位置的比例。
    = Positions compared.
    比较的位置数。
    = Largest difference between logits of base with adapter and of the GGUF, when both formats are written.
    加适配器的基座与 GGUF 的 logits 的最大差（两种格式都写时）。
    = From starting the service to its answer.
    从启动服务到回答的用时。
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
    生成的 token 数。
    = How many directions of each module hold 95 % of the update (of the sum of its squared singular values).
    每个模块更新量的 95 % 落在多少个方向上（按奇异值平方和计）。
    = How many directions hold 95 % of the update in the modules of that name, over all layers.
    该名字的模块更新量的 95 % 落在多少个方向上（所有层合计）。
    = The share of the update in so many directions of each module: what this rank would keep.
    每个模块前这么多个方向占更新量的比例：用这个 rank 能保留多少。
    = The size of the update: the Frobenius norm over all modules.
    更新的大小：所有模块的 Frobenius 范数。
    = The update's norm as a share of the norm of the weights it changes.
    更新的范数占所改权重范数的比例。
    """#
}
