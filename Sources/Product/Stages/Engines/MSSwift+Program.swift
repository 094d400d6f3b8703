extension MSSwift {
  static let programName = "lorapipe_swift.py"

  /// Both the program that is started and the plugin that ms-swift imports: what lorapipe knows of ms-swift's arguments is
  /// here and nowhere else.
  static let program = #"""
    # The ms-swift side of a training that lorapipe runs (docs/engines.md): `PYTHON lorapipe_swift.py job.json`, or the same below
    # torchrun. It turns the job into ms-swift's arguments, and is itself the plugin that ms-swift imports: a template that passes
    # token ids through as they are, and a callback that reports, evaluates, saves and stops.
    import ctypes
    import json
    import math
    import os
    import signal
    import struct
    import sys
    import time
    import traceback
    from importlib import metadata

    JOB_VARIABLE = 'LORAPIPE_JOB'
    # Exit statuses; what happened is said by the events first.
    STOPPED, NO_MEMORY, NOT_FINITE, SETUP = 75, 76, 77, 78


    def read_job():
        with open(os.environ[JOB_VARIABLE]) as file:
            return json.load(file)


    def emit(job, event, **fields):
        line = json.dumps({'event': event, 'time': time.time(), **fields}) + '\n'
        with open(job['events'], 'ab', buffering=0) as file:  # one write a line, so that processes do not mix
            file.write(line.encode())


    class NotFinite(ArithmeticError):
        pass


    class Refused(ValueError):
        pass


    # MARK: The job as ms-swift's arguments

    def world_size(job):
        return job['processes'] * job['nodes']


    def micro_batch(job):
        return max(1, min(job['micro_batch_size'], -(-job['window_rows'] // world_size(job))))


    def accumulation(job):
        return -(-job['window_rows'] // (micro_batch(job) * world_size(job)))


    def write_order(job, path):
        # Every update has the same number of places; what a short window leaves over is filled with row -1, which has no label. So
        # no row is dropped, whatever the number of processes. Rows of one update may stand in any order: sorted by length, rows
        # that are padded together are of about one length.
        lengths = RowFile(job['rows']).lengths()
        places = micro_batch(job) * accumulation(job) * world_size(job)
        temporary = f'{path}.{os.getpid()}'
        with open(temporary, 'w') as file:
            for window in job['windows']:
                rows = sorted(window, key=lambda row: -lengths[row])
                for row in rows + [-1] * (places - len(rows)):
                    file.write(json.dumps({'messages': [
                        {'role': 'user', 'content': 'row'}, {'role': 'assistant', 'content': str(row)}]}) + '\n')
        os.replace(temporary, path)  # all processes write the same bytes


    def arguments(job, order):
        engine, training, gpu = job['engine'], job['parameters'], job['device'] != 'cpu'
        dtype = engine.get('dtype') or ('bfloat16' if gpu else 'float32')
        with open(job['base'] + '/config.json') as file:
            model_type = json.load(file)['model_type']
        kind = training['schedule']
        plan = {
            'external_plugins': [os.path.abspath(__file__)], 'template': 'lorapipe', 'callbacks': ['lorapipe'],
            'model': job['base'], 'model_type': model_type, 'check_model': False,
            'torch_dtype': dtype, 'bf16': dtype == 'bfloat16', 'fp16': dtype == 'float16',
            'attn_impl': engine.get('attention') or 'sdpa', 'tuner_type': 'lora', 'adapters': [job['adapter']],
            'dataset': [order], 'split_dataset_ratio': 0, 'dataset_shuffle': False, 'train_dataloader_shuffle': False,
            'strict': True, 'lazy_tokenize': True, 'load_from_cache_file': False, 'dataset_num_proc': 1,
            'dataloader_num_workers': 1 if gpu else 0, 'max_length': max(RowFile(job['rows']).lengths() + [2]),
            'truncation_strategy': 'delete', 'per_device_train_batch_size': micro_batch(job),
            'gradient_accumulation_steps': accumulation(job), 'average_tokens_across_devices': True,
            'num_train_epochs': 1, 'max_steps': job['steps'], 'learning_rate': training['learning_rate'],
            'lr_scheduler_type': 'constant_with_warmup' if kind == 'constant' else kind,
            'warmup_steps': training['warmup_steps'], 'weight_decay': training['weight_decay'],
            'adam_beta1': training['beta1'], 'adam_beta2': training['beta2'], 'adam_epsilon': training['epsilon'],
            'optim': 'adamw_torch', 'max_grad_norm': training['max_grad_norm'],
            'gradient_checkpointing': bool(engine.get('gradient_checkpointing', gpu)),
            'seed': job['seed'] % 2**31, 'data_seed': job['seed'] % 2**31, 'logging_nan_inf_filter': False,
            'logging_steps': 1, 'logging_first_step': True, 'report_to': ['none'], 'eval_strategy': 'no',
            'save_strategy': 'steps', 'save_steps': training['save_every'] or job['steps'],
            'save_total_limit': max(2, training['keep_checkpoints']), 'output_dir': job['checkpoints'], 'add_version': False,
        }
        if not gpu:
            plan['use_cpu'] = True
            if world_size(job) > 1:
                plan['ddp_backend'] = 'gloo'
        if engine.get('quantize') == 'nf4':
            plan.update(quant_method='bnb', quant_bits=4, bnb_4bit_quant_type='nf4', bnb_4bit_use_double_quant=True,
                        bnb_4bit_compute_dtype=dtype)
        if engine.get('deepspeed'):
            plan['deepspeed'] = engine['deepspeed']
        if job.get('resume'):
            plan['resume_from_checkpoint'] = job['resume']
        for name, value in (engine.get('arguments') or {}).items():
            if name in plan or name in ('lora_rank', 'lora_alpha', 'lora_dropout', 'target_modules', 'use_rslora', 'train_type'):
                raise Refused(f"engine.arguments sets '{name}', which lorapipe sets from the stage's own parameters")
            plan[name] = value
        return plan


    def words(plan):
        # As ms-swift flattens a file of arguments: lists become several words, maps JSON.
        for name, value in plan.items():
            yield '--' + name
            for part in value if isinstance(value, list) else [value]:
                yield json.dumps(part) if isinstance(part, dict) else str(part)


    # MARK: Rows

    class RowFile:
        # LPTOKEN1 of docs/artifacts.md, mapped.
        def __init__(self, path):
            import numpy as np
            with open(path, 'rb') as file:
                magic, rows, tokens = struct.unpack('<8sQQ', file.read(24))
            if magic != b'LPTOKEN1':
                raise Refused(f'{path} is no file of token rows')
            at = 24 + 8 * (rows + 1)
            self.starts = np.memmap(path, '<u8', 'r', 24, rows + 1)
            self.source = np.memmap(path, '<u4', 'r', at, rows) if rows else []
            at += 8 * rows
            self.ids = np.memmap(path, '<u4', 'r', at, tokens) if tokens else []
            self.learned = np.memmap(path, 'u1', 'r', at + 4 * tokens, tokens) if tokens else []

        def __len__(self):
            return len(self.starts) - 1

        def lengths(self):
            return [int(b) - int(a) for a, b in zip(self.starts[:-1], self.starts[1:])]

        def __getitem__(self, index):
            import numpy as np
            if index < 0:
                return [int(self.ids[0])] * 2, [-100] * 2
            part = slice(int(self.starts[index]), int(self.starts[index + 1]))
            ids = self.ids[part].astype(np.int64)
            labels = np.where(self.learned[part] != 0, ids, -100)
            labels[0] = -100
            return ids.tolist(), labels.tolist()


    # MARK: The plugin

    def register():
        import torch
        import torch.distributed as dist
        from swift.callbacks import TrainerCallback, callbacks_map
        from swift.template import Template, TemplateMeta, register_template

        job = read_job()

        class LorapipeTemplate(Template):
            rows = None

            def _encode(self, inputs):
                if LorapipeTemplate.rows is None:
                    LorapipeTemplate.rows = RowFile(job['rows'])
                ids, labels = LorapipeTemplate.rows[int(inputs.messages[-1]['content'])]
                return {'input_ids': ids, 'labels': labels, 'loss_scale': None}

            def compute_sft_loss(self, model, inputs, num_items_in_batch=None, trainer=None):
                # The sum over the labels divided by the labels of the whole window; a batch without labels is then 0.
                return model(**inputs, num_items_in_batch=num_items_in_batch)

        register_template(
            TemplateMeta('lorapipe', prefix=[], prompt=['{{QUERY}}'], chat_sep=None, suffix=[],
                         template_cls=LorapipeTemplate), exist_ok=True)

        class LorapipeCallback(TrainerCallback):
            def __init__(self, args, trainer):
                super().__init__(args, trainer)
                self.asked, self.rate, self.is_early = False, None, False
                best = job.get('best') or {}
                self.best, self.stale = best.get('loss', math.inf), best.get('stale', 0)
                for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
                    signal.signal(number, self.ask)

            def ask(self, *_):
                self.asked = True

            def tell(self, state, event, **fields):
                if state.is_world_process_zero:
                    emit(job, event, step=state.global_step, total=state.max_steps, **fields)

            def on_train_begin(self, args, state, control, **_):
                rows = state.max_steps * args.per_device_train_batch_size * args.gradient_accumulation_steps * args.world_size
                if args.world_size != world_size(job) or len(self.trainer.train_dataset) != rows:
                    raise Refused(f'{args.world_size} processes and {len(self.trainer.train_dataset)} rows are not what was '
                                  f'planned: {world_size(job)} and {rows}')
                if self.trainer.lr_scheduler.last_epoch != state.global_step:
                    raise Refused(f"the checkpoint '{job.get('resume')}' is torn: it lacks the optimizer or the schedule")
                device = torch.cuda.get_device_name(args.device) if args.device.type == 'cuda' else args.device.type
                self.tell(state, 'started', processes=args.world_size, device=device, versions=versions(),
                          trainable=sum(p.numel() for p in self.trainer.model.parameters() if p.requires_grad))

            def on_pre_optimizer_step(self, args, state, control, optimizer=None, **_):
                self.rate = optimizer.param_groups[0]['lr']

            def on_step_end(self, args, state, control, **_):
                asked = self.asked or os.path.exists(job['stop'])
                if dist.is_initialized():
                    flag = torch.tensor([int(asked)], device=args.device)
                    dist.all_reduce(flag, op=dist.ReduceOp.MAX)
                    asked = bool(flag.item())
                if asked and state.global_step < state.max_steps:
                    control.should_save = control.should_training_stop = True
                return control

            def on_log(self, args, state, control, logs=None, **_):
                if not logs or 'loss' not in logs:
                    return control
                # The scaler of float16 skips updates whose gradients overflow; it is meant to.
                for name in ('loss',) if args.fp16 else ('loss', 'grad_norm'):
                    if not math.isfinite(logs[name]):
                        raise NotFinite(f'{name} of update {state.global_step} is not a finite number')
                memory = torch.cuda.max_memory_allocated() if args.device.type == 'cuda' else None
                norm = float(logs['grad_norm'])
                self.tell(state, 'step', loss=float(logs['loss']), gradient_norm=norm if math.isfinite(norm) else None,
                          learning_rate=self.rate, memory=memory)
                every = job['parameters']['eval_every']
                if every and (state.global_step % every == 0 or state.global_step == state.max_steps):
                    self.evaluate(args, state, control)
                return control

            @torch.no_grad()
            def evaluate(self, args, state, control):
                # Weighted by tokens, and by role. Every process makes as many passes as every other, as ZeRO-3 needs.
                rows, roles, model = RowFile(job['validation']), job['roles'], self.trainer.model_wrapped
                if not len(rows):
                    return
                names, count = sorted(set(roles)), len(rows)
                sums = torch.zeros(len(names), 2, dtype=torch.float64, device='cpu' if args.use_cpu else args.device)
                model.eval()
                for index in range(args.process_index, -(-count // args.world_size) * args.world_size, args.world_size):
                    ids, labels = (torch.tensor([x], device=args.device) for x in rows[index if index < count else -1])
                    loss = model(input_ids=ids, labels=labels, num_items_in_batch=1).loss
                    if index < count:
                        place = names.index(roles[int(rows.source[index])])
                        sums[place] += torch.stack([loss.double(), (labels != -100).sum().double()])
                model.train()
                if dist.is_initialized():
                    dist.all_reduce(sums)
                total = sums.sum(0)
                mean = (total[0] / total[1]).item()
                if not math.isfinite(mean):
                    raise NotFinite(f'the validation loss after update {state.global_step} is not a finite number')
                self.tell(state, 'evaluation', loss=mean,
                          roles={name: (part[0] / part[1]).item() for name, part in zip(names, sums) if part[1]})
                if mean < self.best:
                    self.best, self.stale = mean, 0
                    if job['parameters']['load_best']:
                        path = f"{job['checkpoints']}/best-{state.global_step}"
                        self.trainer.save_model(path)
                        self.tell(state, 'best', loss=mean, path=path)
                    else:
                        self.tell(state, 'best', loss=mean)
                else:
                    self.stale += 1
                    if 0 < job['parameters']['patience'] <= self.stale:
                        self.is_early = True
                        control.should_save = control.should_training_stop = True

            def on_save(self, args, state, control, **_):
                self.tell(state, 'checkpoint', path=f'{args.output_dir}/checkpoint-{state.global_step}', stale=self.stale)

            def on_train_end(self, args, state, control, **_):
                self.tell(state, 'ended' if state.global_step >= state.max_steps or self.is_early else 'stopped',
                          early=self.is_early)

        callbacks_map['lorapipe'] = LorapipeCallback


    def versions():
        found = {}
        for name in ('ms_swift', 'torch', 'transformers', 'peft', 'deepspeed', 'bitsandbytes'):
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                pass
        return found


    # MARK: The program

    def main(path):
        # The launchers of Python start processes in sessions of their own, which no signal to a group reaches: this one ends with
        # whoever started it.
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        os.environ[JOB_VARIABLE] = os.path.abspath(path)
        job = read_job()
        rank = int(os.environ.get('RANK', 0))
        try:
            order = os.path.dirname(os.path.abspath(path)) + '/order.jsonl'
            plan = arguments(job, order)
            if rank == 0:
                emit(job, 'loading')
            write_order(job, order)
            from swift.pipelines import sft_main
            reached = sft_main(list(words(plan)))['global_step']
            # torchrun calls every other status a failure.
            return STOPPED if reached < job['steps'] and 'TORCHELASTIC_RUN_ID' not in os.environ else 0
        except BaseException as error:
            traceback.print_exc()
            kind, text = type(error).__name__, str(error)
            cause = 'error'
            if isinstance(error, NotFinite):
                cause = 'not-finite'
            elif isinstance(error, (Refused, ImportError)):
                cause = 'setup'
            elif kind in ('MemoryError', 'OutOfMemoryError') or 'out of memory' in text:
                cause = 'memory'
            emit(job, 'failed', cause=cause, rank=rank, kind=kind, message=text[:2000])
            return {'not-finite': NOT_FINITE, 'memory': NO_MEMORY, 'setup': SETUP}.get(cause, 1)


    if __name__ == '__main__':
        status = main(sys.argv[1])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)  # threads of the libraries must not keep the process
    elif JOB_VARIABLE in os.environ:
        register()

    """#
}
