"""Why work on a recording or an errand did not succeed, sentence by sentence, as its row keeps it."""

from __future__ import annotations

STEPS = (
    "数据库暂时无法访问。请检查数据库后点“重试”",
    "转写时声道被互换，将按新的声道重新转写",
    "无需处理；若没有自动继续，请点“重试”",
    "请核对原始文件，或重新导入后再试",
    "请稍后点“重试”；若仍失败，请检查内存和模型文件",
    "读写文件出错（%(what)s）",
    "请检查磁盘空间和权限后点“重试”",
    "处理出错（%(what)s）",
    "请点“重试”；若仍失败，请把任务编号告诉管理员",
    "还没有已发布的短语库。请在“短语库”页面发布一个版本，然后重试。",
    "还没有已发布的评分表。请在“评分表”页面发布一个版本，然后重试。",
    "录音已被删除，任务不再继续。",
)
"""Steps of a job, and what to do next."""

HEARING = (
    "转写进程意外退出，可能是内存不足",
    "转写出错（%(what)s）",
    "二次听音出错（%(what)s）",
    "解码出错（%(what)s）",
    "还没有语音模型",
    "请安装模型包（pip install 'qm[model]'）后运行 qm models，"
    "或把模型目录放到 %(folder)s；录音会先入库，模型就绪后再转写",
    "没有找到语音模型 %(model)s",
    "请在能联网的机器上运行 qm models %(model)s，"
    "或把 CTranslate2 模型目录放到 %(folder)s；录音会先入库，模型就绪后再转写",
    "%(path)s 里的 base 模型与固定的校验值不符",
    "请删除该目录后运行 qm models 重新获取，或把自定义模型放进另一个名字的目录",
    "语音模型 base 的校验值不符，已放弃使用",
    "请重装模型包后运行 qm models",
    "没有名为 %(model)s 的语音模型",
    "请改用 base、small 等型号名或本地目录",
    "下载的 base 模型校验值不符，已放弃使用",
    "请改用模型包或本地目录",
    "语音模型目录 %(path)s 无法载入（%(what)s）",
    "请运行 qm models 检查或换目录",
    "语音模型缺少标记 %(token)s，不是多语言 Whisper",
    "请换用多语言模型",
    "没有名为 %(engine)s 的转写引擎",
    "可用：whisper、openai",
    "没有设置转写服务地址",
    "请设置 QM_ENGINE_ENDPOINT，或改用引擎 whisper",
    "转写服务地址 %(address)s 不是 http(s) 地址",
    "请检查设置 QM_ENGINE_ENDPOINT",
    "转写服务拒绝了请求（HTTP %(code)s）",
    "请检查 QM_ENGINE_ENDPOINT、模型名与密钥",
    "转写服务没有应答或应答无法读取",
    "请检查 QM_ENGINE_ENDPOINT 与网络，恢复后会继续转写",
    "转写服务的应答不是 verbose_json",
    "请确认它兼容 OpenAI 转写接口",
    "转写服务 %(host)s 无法连接",
    "请检查服务和设置 QM_ENGINE_ENDPOINT",
)
"""The engine, its model or its service."""

STORE = (
    "存储中没有对象 %(key)s",
    "请运行 qm doctor 核对记录与存储",
    "对象名 %(key)s 不允许",
    "请使用不含 ..、空段和前导点的相对路径",
    "%(key)s 的内容校验不符（%(digests)s），没有保存",
    "应为 %(expected)s…，实为 %(found)s…",
    "请重新传输",
    "对象存储 %(bucket)s %(fault)s",
    "拒绝了请求（%(code)s），请检查密钥、权限和桶名",
    "无法连接，请检查地址、网络和服务是否启动",
    "在读取中断开，请重试",
    "录音目录 %(path)s 无法写入（%(what)s）",
    "请检查权限和剩余空间",
)
"""The store of recordings."""

ERRANDS = (
    "没有训练：%(words)s",
    "只有 %(n)s 个可用的人工答案，至少需要 %(least)s 个，请先人工评分",
    "人工答案只有一种（各种答案至少要有 %(least)s 个），学不到区别",
    "自上次训练以来没有新的人工答案，模型不会变。",
    "已取消，模型没有变。",
    "训练出错（%(error)s）。请再试；若仍失败，请告诉管理员。",
    "已取消。已算出的结果保留，可以继续。",
    "试算出错（%(error)s）。请点“继续”；若仍失败，请告诉管理员。",
    "重新判定中断：%(words)s",
    "请再点一次“按现行规则重新判定”",
    "没有找到，或您无权查看。请返回列表重新选择。",
    "您没有权限执行此操作。如需权限，请联系管理员。",
)
"""What-if runs, trainings and judging anew."""

FAILURES = STEPS + HEARING + STORE + ERRANDS
