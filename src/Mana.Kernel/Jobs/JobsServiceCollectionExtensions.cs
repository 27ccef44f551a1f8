using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Mana.Kernel.Jobs;

public static class JobsServiceCollectionExtensions
{
    /// <summary>
    /// The scheduler of this host: Quartz, its store in PostgreSQL schema <c>jobs</c>, one cluster with every other host on the same database.
    /// It starts after the application has started and never keeps it from becoming ready; while the database is away it tries again.
    /// <c>Jobs:Enabled=false</c> leaves it out: jobs may still be registered, none runs on this host.
    /// </summary>
    /// <param name="configuration">The root configuration; the section is <c>Jobs</c>.</param>
    /// <param name="dataSource">Where connections come from (role <c>mana_app</c>); the data source of the container when not given.</param>
    public static IServiceCollection AddManaJobs(
        this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, NpgsqlDataSource>? dataSource = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = configuration.GetSection(JobsOptions.Section).Get<JobsOptions>() ?? new JobsOptions();
        options.Validate();

        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<JobRegistry>();
        services.AddSingleton<JobMetrics>();
        services.AddSingleton<JobCutoff>();
        services.AddSingleton<IManaJobs, QuartzManaJobs>();
        if (!options.Enabled) return services;

        services.AddSingleton(provider => new JobDataSource(dataSource?.Invoke(provider) ?? provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<JobReconciler>();
        services.AddSingleton<JobScheduler>();
        return services.AddHostedService<JobsHostedService>();
    }

    /// <summary>
    /// Registers a job of a module. The name is stable: it is the key in the store and a metric label; a renamed job is a new job.
    /// A job that is registered no longer disappears from the store at the next start of a host.
    /// </summary>
    /// <exception cref="ArgumentException">The name is malformed or already taken.</exception>
    public static IServiceCollection AddManaJob<TJob>(this IServiceCollection services, string name, Action<JobScheduleBuilder> schedule)
        where TJob : class, IManaJob
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(schedule);
        JobRegistration.ValidateName(name);
        if (services.Any(service => service.ImplementationInstance is JobRegistration other && other.Name == name))
            throw new ArgumentException($"Two jobs are named '{name}'.", nameof(name));

        var builder = new JobScheduleBuilder();
        schedule(builder);
        services.TryAddScoped<TJob>();
        return services.AddSingleton(new JobRegistration(name, typeof(TJob), builder.Build(name)));
    }
}
