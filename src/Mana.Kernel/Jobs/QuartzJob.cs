using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quartz;
using Quartz.Extensibility;

namespace Mana.Kernel.Jobs;

/// <summary>Cancelled when the host's shutdown time-out ends while jobs still run.</summary>
internal sealed class JobCutoff : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    public void Cut()
    {
        try
        {
            // Not Cancel: what callbacks throw would end the process, or the stop (Stopping/Patience).
            _ = _source.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The host was disposed while it was still stopping; thrown from a timer this would end the process.
        }
    }

    public void Dispose() => _source.Dispose();
}

/// <summary>
/// The one class that Quartz runs. It finds the module's job by the key's name, so that the store holds no type name of a module:
/// a job may be moved or renamed as a class without a row that can no longer be loaded.
/// </summary>
[DisallowConcurrentExecution]
[PersistJobDataAfterExecution]
internal sealed class QuartzJob(
    JobRegistry registry, IServiceScopeFactory scopes, JobMetrics metrics, JobCutoff cutoff, ILogger<QuartzJob> logger) : IJob
{
    private const string LastSuccessKey = "lastSuccess";
    private const string LastEndKey = "lastEnd";
    private const string LastResultKey = "lastResult";
    private const string LastMillisecondsKey = "lastMilliseconds";

    public static DateTimeOffset? LastSuccessOf(IJobDetail detail) => InstantOf(detail, LastSuccessKey);

    public static DateTimeOffset? LastEndOf(IJobDetail detail) => InstantOf(detail, LastEndKey);

    public static string? LastResultOf(IJobDetail detail) => TextOf(detail, LastResultKey);

    public static TimeSpan? LastDurationOf(IJobDetail detail) =>
        long.TryParse(TextOf(detail, LastMillisecondsKey), NumberStyles.None, CultureInfo.InvariantCulture, out var took) ? TimeSpan.FromMilliseconds(took) : null;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var name = context.JobDetail.Key.Name;
        var started = Stopwatch.GetTimestamp();
        var result = await RunAsync(name, context, cancellationToken);
        var duration = Stopwatch.GetElapsedTime(started);

        metrics.Ran(name, result, duration);
        var now = context.Scheduler.TimeProvider.GetUtcNow();
        var (ended, stored) = (now.ToString("O", CultureInfo.InvariantCulture), context.JobDetail.JobDataMap);
        (stored[LastEndKey], stored[LastResultKey]) = (ended, result);
        stored[LastMillisecondsKey] = ((long)duration.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        if (result != JobMetrics.Success) return;
        metrics.Succeeded(name, now);
        stored[LastSuccessKey] = ended;
        logger.LogInformation("Job {Job} succeeded in {DurationMs} ms", name, (long)duration.TotalMilliseconds);
    }

    private static string? TextOf(IJobDetail detail, string key) => detail.JobDataMap.TryGetValue(key, out var stored) ? stored as string : null;

    private static DateTimeOffset? InstantOf(IJobDetail detail, string key) =>
        DateTimeOffset.TryParse(TextOf(detail, key), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at) ? at : null;

    /// <summary>Runs the job and says how it ended. Nothing is thrown: for Quartz a failed run is an ended run, its trigger goes on.</summary>
    private async Task<string> RunAsync(string name, IJobExecutionContext context, CancellationToken cancellationToken)
    {
        if (registry.Find(name) is not { } job)
        {
            // A newer host on the same database registered it while this older one is still up.
            logger.LogWarning("Job {Job} fired on a host that does not know it", name);
            return JobMetrics.Unknown;
        }

        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cutoff.Token);
        try
        {
            if (context.Recovering) logger.LogWarning("Job {Job} runs again: the host that ran it is gone", name);
            await using var scope = scopes.CreateAsyncScope();
            await ((IManaJob)scope.ServiceProvider.GetRequiredService(job.JobType)).RunAsync(linked.Token);
            return JobMetrics.Success;
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            logger.LogWarning("Job {Job} was cut off by the shutdown of the host", name);
            return JobMetrics.Cancelled;
        }
#pragma warning disable CA1031 // Whatever a job throws must not reach the scheduler.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LogError(exception, "Job {Job} failed; next run at {NextFireTime:O}", name, context.NextFireTimeUtc);
            return JobMetrics.Failure;
        }
    }
}

/// <summary>Builds <see cref="QuartzJob"/> as it is: Quartz' own factory would open a second scope and set properties from the job data.</summary>
internal sealed class QuartzJobFactory(IServiceProvider services) : IJobFactory
{
    public ValueTask<JobScope> CreateJob(TriggerFiredBundle bundle, IScheduler scheduler, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(new JobScope(ActivatorUtilities.CreateInstance<QuartzJob>(services)));

    public ValueTask ReturnJob(JobScope scope, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
}
