"""Row H of ./dev bench, inside Odoo: by how much the memory rises while documents come in through the portal."""

import datetime
import time

import bench_follow
import bench_meter

MONTH = datetime.date(2026, 10, 1), datetime.date(2026, 10, 31)
LIMIT_MB = 120


def memory(world, size, portal, **_others):
    env = world.env
    world.connector.write({'base_url': f'{portal}/api'})
    world.commit()
    body = {
        'count': size,
        'folder': 0,
        'voen': env['vatportal.document']._own_voen(world.connector.company_id),
        'seed': 1,
        'partners': 200,
        'max_lines': 9,
        'date_from': f'{MONTH[0]:%d.%m.%Y}',
        'date_to': f'{MONTH[1]:%d.%m.%Y}',
    }
    bench_follow.admin(portal, 'generate', body)
    figures = []
    for what in ('imported', 'again'):
        start = bench_meter.peak()
        with bench_meter.Measure(env, bench_meter.Cluster(env.cr)) as measure:
            jobs = env['vatportal.job']._queue_download(world.connector, ['incoming'], *MONTH, 'portal')
            jobs._commit()
            while any(job.state in ('queued', 'starting', 'running') for job in jobs):
                jobs._advance()
                env.invalidate_all()
                time.sleep(0.01)
            assert set(jobs.mapped('state')) == {'done'}, jobs.mapped('message')
        figures.append(
            {
                'what': f'{size} {what}: MB more',
                'ours': {'cpu': measure.values['above']},
                'baseline': 'before it, MB',
                'theirs': {'cpu': start},
                'ratio': measure.values['above'] / LIMIT_MB,
                'goal': 1,
                'sql': measure.values['sql'] / size,
                'their_sql': 0,
                'unit': 1,
                'remark': f'  (of {LIMIT_MB} MB; {measure.values["cpu"]:.1f} s)',
            }
        )
    return figures
