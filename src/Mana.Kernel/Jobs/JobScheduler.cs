using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Mana.Kernel.Jobs;

/// <summary>
/// The Quartz scheduler of this host. It lives in a container of its own, built anew for each attempt to start: a scheduler whose first
/// reads of the database failed has shut its parts down for good, and those of the application's container exist only once.
/// </summary>
internal sealed class JobScheduler(
    IServiceProvider services, JobsOptions options, JobReconciler reconciler, ILoggerFactory loggers, JobDataSource dataSource)
{
    /// <summary>The table prefix of <c>QuartzSchema.sql</c>.</summary>
    private const string TablePrefix = "jobs.qrtz_";

    private StandaloneSchedulerFactory? _container;

    /// <summary>The started scheduler, over a store that holds the registered jobs; null before that and after the shutdown began.</summary>
    public IScheduler? Current { get; private set; }

    /// <summary>One attempt. When it throws, nothing of it is left and another may be made.</summary>
    public async Task<IScheduler> StartAsync(CancellationToken cancellationToken)
    {
        var container = QuartzSchedulerBuilder.Create(Configure).Build();
        try
        {
            var scheduler = await container.GetScheduler(cancellationToken);
            await reconciler.ReconcileAsync(scheduler, cancellationToken);
            await scheduler.Start(cancellationToken);
            _container = container;
            return Current = scheduler;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>Fires nothing more and waits for the jobs that run, until the token ends the wait.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Current is not { } scheduler) return;
        Current = null;
        await scheduler.Shutdown(waitForJobsToComplete: true, cancellationToken);
        await _container!.DisposeAsync();
    }

    private void Configure(IQuartzBuilder quartz)
    {
        quartz.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new ForwardingLoggerProvider(loggers)));
        quartz.ConfigureScheduler(scheduler =>
        {
            scheduler.InstanceName = "mana";
            scheduler.GenerateInstanceId = true;
            scheduler.IdleWaitTime = options.IdleWait;
            scheduler.MaxBatchSize = options.MaxConcurrency;
            scheduler.DefaultTimeZone = TimeZoneInfo.Utc;
            scheduler.PropagateTraceContext = false;
        });
        // The loop of the scheduler waits for real time to pass; a fake clock of the application would stop it for good.
        quartz.UseTimeProvider(TimeProvider.System);
        quartz.UseDefaultThreadPool(options.MaxConcurrency);
        quartz.UseJobFactory(new QuartzJobFactory(services));
        quartz.UsePersistentStore(ConfigureStore);
    }

    private void ConfigureStore(IPersistentStoreBuilder store)
    {
        store.UsePostgres(source => source.DataSourceFactory = _ => dataSource.Value);
        store.UseSystemTextJsonSerializer();
        store.UseClustering(cluster =>
        {
            cluster.CheckinInterval = options.CheckInInterval;
            cluster.CheckinMisfireThreshold = options.CheckInTolerance;
        });
        store.ConfigureStore(ado =>
        {
            ado.TablePrefix = TablePrefix;
            ado.StoreJobDataAsStrings = true;
            ado.MisfireThreshold = options.MisfireThreshold;
            ado.SchemaProvisioning = SchemaProvisioning.Validate;
        });
    }

    /// <summary>Quartz logs where the application logs, under the application's levels.</summary>
    private sealed class ForwardingLoggerProvider(ILoggerFactory loggers) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => loggers.CreateLogger(categoryName);

        public void Dispose()
        {
        }
    }
}
