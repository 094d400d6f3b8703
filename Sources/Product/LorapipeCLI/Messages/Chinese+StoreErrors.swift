extension Chinese {
  /// Errors of the store, remote caches and the database of runs.
  static let storeErrors = #"""
    = '{0}/VERSION' does not hold a number
    '{0}/VERSION' 里不是数字
    = write {0} into it if this is a lorapipe store
    如果这确实是 lorapipe 的存储，就在里面写 {0}
    = the stage left a symbolic link in its output: '{0}'
    阶段的输出里有符号链接：'{0}'
    = write the file itself: an artifact holds all of its content
    请写出文件本身：产物要包含全部内容
    = '{0}/plan.json' cannot be read
    无法读取 '{0}/plan.json'
    = '{0}' uses this store, and its runs cannot be read
    '{0}' 也用这个存储，但无法读取它的运行记录
    = let its owner make it readable for the group, or run the collection as somebody who may read it
    请它的所有者允许同组用户读取，或由有读权限的人来清理
    = what was fetched changed before it was published
    取回的内容在保存之前变了
    = '{0}' names no absolute folder
    '{0}' 不是绝对路径的文件夹
    = the address of a remote cache must not hold a user or a password
    远程缓存的地址里不能有用户名或密码
    = '{0}' has a query
    '{0}' 里有查询参数
    = '{0}' names no bucket
    '{0}' 没有写存储桶
    = the endpoint '{0}' is no web address
    端点 '{0}' 不是网址
    = '{0}' is no address of a remote cache
    '{0}' 不是远程缓存的地址
    = put them into ~/.netrc, or a token into the variable {0}
    请写进 ~/.netrc，或把令牌放进环境变量 {0}
    = write https://host
    写 https://主机
    = use https://, or unset the variable
    请用 https://，或取消这个环境变量
    = '{0}' holds no Ed25519 key in PEM form
    '{0}' 里没有 PEM 格式的 Ed25519 密钥
    = make one: lorapipe cache key --new FILE
    新建一个：lorapipe cache key --new 文件
    = the database '{0}': {1}
    数据库 '{0}'：{1}
    = close what holds it open, such as a database browser in the middle of a change
    关闭占用它的程序，例如正在修改数据的数据库浏览器
    = the rows of run {0} are not here: no stage of it chose rows, or its artifact is gone
    这里没有运行 {0} 的数据：它没有选取数据的阶段，或产物已经不在
    = the tokens of run {0} are not here: no stage of it made any, or they are gone
    这里没有运行 {0} 的分词结果：它没有分词阶段，或结果已经不在
    = run the recipe again
    请重新运行配方
    = '{0}' exists
    '{0}' 已存在
    = '{0}' lies deeper than a model's files do
    '{0}' 的层级比模型文件深
    = LORAPIPE_REMOTE_PUSH is '{0}'
    LORAPIPE_REMOTE_PUSH 的值是 '{0}'
    = it is one of never, ci, always
    可以是 never、ci、always
    = the service was written in format {0}, this program knows {1}
    服务的格式版本是 {0}，本程序认识的是 {1}
    = use the program that wrote it, or a newer one
    请用写出它的程序，或更新的版本
    = '{0}' was moved or removed
    '{0}' 被移走或删除了
    = put it back, or name its new place
    请放回去，或写新的位置
    = '{0}' was changed after this run had looked at it
    '{0}' 在这次运行读过之后又变了
    = run again when nothing writes to it
    等没有程序写它时再运行
    = cannot write to the store '{0}'
    无法写入存储 '{0}'
    = make it writable for this user (a team: 'chgrp -R GROUP' and 'chmod -R g+ws'), or use another store
    让当前用户能写它（团队共用：'chgrp -R 组名' 和 'chmod -R g+ws'），或换一个存储
    = the store '{0}' has layout {1}; this version of lorapipe knows up to {2}
    存储 '{0}' 的布局版本是 {1}；这个版本的 lorapipe 只认识到 {2}
    = use the newer lorapipe that made it, or another store
    请用创建它的新版 lorapipe，或换一个存储
    = the artifact {0} is not in the store, or was damaged
    产物 {0} 不在存储里，或已损坏
    = run again: what is missing is made again
    请重新运行：缺失的会重新生成
    = run `lorapipe lock`, or name a revision
    请运行 `lorapipe lock`，或写明 revision
    = the database '{0}' was written by a newer version of lorapipe
    数据库 '{0}' 是更新版本的 lorapipe 写的
    = use that version; runs are still recorded in their folders
    请用那个版本；运行仍记录在各自的文件夹里
    = choose another name
    请换一个名字
    = the note has {0} characters, more than {1}
    备注有 {0} 个字符，超过 {1}
    = shorten it
    请缩短
    = the database '{0}' is damaged: {1}
    数据库 '{0}' 已损坏：{1}
    = it is set aside and made again from the runs' folders
    已把它移开，并从各次运行的文件夹重新建立
    = the database '{0}' is locked by another program
    数据库 '{0}' 被别的程序锁住
    = cannot open the database '{0}': {1}
    打不开数据库 '{0}'：{1}
    = make the file and its folder writable for this user
    请让当前用户能写这个文件和它的文件夹
    = no room to write to the database '{0}'
    没有空间写数据库 '{0}'
    = free some space
    请腾出空间
    = the artifact '{0}' is damaged and belongs to another user
    产物 '{0}' 已损坏，而且属于别的用户
    = ask its owner to run 'lorapipe cache verify'
    请它的所有者运行 'lorapipe cache verify'
    = it is larger than {0} bytes
    它超过{0}字节
    = it is longer than its {0} bytes
    它比应有的{0}字节长
    = it ends after {0} of {1} bytes
    它在{0}字节处结束，应有{1}字节
    = its content is not what its name says
    内容与它的名字不符
    = a checkpoint of {0} files is not sent
    有{0}个文件的检查点不发送
    = a checkpoint has another form
    有一个检查点的形式不同
    = the list of a checkpoint's files is not whole
    检查点的文件列表不完整
    = a checkpoint ends too early
    检查点结束得太早
    = a checkpoint is longer than its files
    检查点比它的文件长
    = '{0}' became shorter while it was read
    '{0}' 在读取时变短了
    = cannot write
    无法写入
    = its answers contradict each other
    它的应答互相矛盾
    = its answer is too large
    它的应答太大
    = no trusted key signed the record of {0}
    {0}的记录没有受信任的密钥签名
    = the record of {0} is not whole
    {0}的记录不完整
    = the record of {0} and the files beside it differ
    {0}的记录与旁边的文件不一致
    = the entry of the checkpoint of {0} is no action result
    {0}的检查点条目不是 action result
    = a checkpoint of {0} to fetch and {1} of disk free
    要取回 {0} 的检查点，而磁盘只剩 {1}
    = the checkpoint of {0} is no longer there
    {0}的检查点已经不在
    = a piece of {0} contains itself
    {0}的一块数据包含了自己
    = a piece of {0} is no longer there
    {0}的一块数据已经不在
    = what {0} refers to is not here
    这里没有{0}引用的内容
    = {0} to fetch and {1} of disk free
    要取回 {0}，而磁盘只剩 {1}
    = the curves of a recorded action are gone
    有一条记录的曲线已经不在
    = the curves of a recorded action are not what their name says
    有一条记录的曲线与它的名字不符
    = the file cas/{0}… of a recorded action is gone
    有一条记录的文件 cas/{0}… 已经不在
    = it is no longer in the store
    它已不在存储里
    = a piece of it was collected
    它的一部分已被清理
    = it would not come out the same again
    再次运行不会得到同样的结果
    = it is larger than max_bytes
    它超过 max_bytes
    = it costs less to make than to send
    重新生成比发送更省
    = the remote cache '{0}': {1}
    远程缓存 '{0}'：{1}
    = check the AWS credentials; without the right to list the bucket S3 answers 403 for what is not there
    请检查 AWS 凭据；没有列出存储桶的权限时，S3 对不存在的对象返回 403
    = set {0} to a token, or put user and password into ~/.netrc
    把{0}设为令牌，或把用户名和密码写进 ~/.netrc
    = check who may use the folder
    请检查谁能使用这个文件夹
    = the run continues without it
    运行会继续，不用这个缓存
    = free some space there
    请在那里腾出空间
    = it was not used; what was made instead replaces it where this machine may push
    没有使用它；本机有推送权限时，重新生成的结果会替换它
    = it counts as a miss; what is made instead completes it where this machine may push
    按未命中处理；本机有推送权限时，重新生成的结果会补全它
    = it was not used; LORAPIPE_REMOTE_TRUST lists the keys that are trusted
    没有使用它；受信任的密钥列在 LORAPIPE_REMOTE_TRUST 里
    = the entry ac/{0}… is no action result
    条目 ac/{0}… 不是 action result
    = '{0}' is no public key
    '{0}' 不是公钥
    = write it as 'lorapipe cache key FILE' prints it: ed25519:… (32 bytes in base64)
    按 'lorapipe cache key 文件' 显示的写：ed25519:…（base64 表示的 32 字节）
    = write file:/folder, https://host/prefix or s3://bucket/prefix
    写成 file:/文件夹、https://主机/前缀 或 s3://存储桶/前缀
    = no trusted key signed the checkpoint of {0}
    {0}的检查点没有受信任的密钥签名
    = the record of the checkpoint of {0} is not whole
    {0}的检查点的记录不完整
    = the token in {0} would go to '{1}' in the clear
    {0}里的令牌会以明文发给 '{1}'
    = the token in {0} has characters no header can hold
    {0}里的令牌含有请求头不允许的字符
    = '{0}' cannot be an alias
    '{0}' 不能用作别名
    = '{0}' cannot be a tag
    '{0}' 不能用作标签
    = SQLite has no memory for '{0}'
    SQLite 没有内存来执行 '{0}'
    = cannot write {0}
    无法写入 {0}
    """#
}
