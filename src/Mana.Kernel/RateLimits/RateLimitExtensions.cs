using System.Threading.RateLimiting;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Network;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mana.Kernel.RateLimits;

public static class RateLimitExtensions
{
    /// <summary>Declares a budget; routes take it with <c>RequireRateLimiting(name)</c>. The operator can override the numbers.</summary>
    public static IServiceCollection AddManaRateLimit(this IServiceCollection services, RateLimitPolicy policy) =>
        services.AddSingleton(policy);

    /// <summary>Declares a limit that is kept elsewhere, for <c>/admin/limits</c>.</summary>
    public static IServiceCollection AddManaOutcomeLimit(this IServiceCollection services, OutcomeLimit limit) =>
        services.AddSingleton(limit);

    internal static IServiceCollection AddManaRateLimiter(this IServiceCollection services)
    {
        services.AddRateLimiter(_ => { });
        services.AddSingleton(provider => new RateLimitSwitch(
            provider.GetRequiredService<RateLimitOptions>().Enabled ?? provider.GetRequiredService<IHostEnvironment>().IsProduction())
        {
            Refusals = provider.GetRequiredService<RateLimitRefusals>(),
        });
        services.AddSingleton<RateLimitRefusals>().AddSingleton<LimitCatalogue>();
        services.AddOptions<RateLimiterOptions>().Configure<IEnumerable<RateLimitPolicy>, RateLimitOptions, RateLimitSwitch>(
            (limiter, policies, options, limits) =>
            {
                var enabled = limits.Enabled;
                limiter.OnRejected = RejectAsync;
                foreach (var policy in policies)
                    limiter.AddPolicy(policy.Name, context => enabled ? Partition(context, policy, options) : RateLimitPartition.GetNoLimiter(""));
            });
        return services;
    }

    static RateLimitPartition<string> Partition(HttpContext context, RateLimitPolicy policy, RateLimitOptions options)
    {
        var key = policy.Key == RateLimitKey.User && context.Features.Get<CurrentUser>() is { } user ? "u:" + user.UserId : "a:" + context.ClientPrefix();
        options.Policies.TryGetValue(policy.Name, out var custom);
        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        var perMinute = custom?.PermitsPerMinute ?? policy.PermitsPerMinute;
        var bucket = Bucket(perMinute, custom?.Burst ?? policy.Burst);
        if (!policy.IsExact && (custom?.PermitsPerHour ?? policy.PermitsPerHour) is null)
            return RateLimitPartition.GetTokenBucketLimiter(key, _ => bucket);
        return RateLimitPartition.Get(key, _ =>
        {
            var perHour = custom?.PermitsPerHour ?? policy.PermitsPerHour;
            if (policy.HourAlone(perMinute, perHour))
                return new RecentRequests(perHour!.Value, TimeSpan.FromHours(1), time);
            RateLimiter minute = policy.IsExact ? new RecentRequests(perMinute, TimeSpan.FromMinutes(1), time) : new TokenBucketRateLimiter(bucket);
            // The minute first: what it refuses does not count for the hour.
            return perHour is { } most ? RateLimiter.CreateChained(minute, new RecentRequests(most, TimeSpan.FromHours(1), time)) : minute;
        });
    }

    static TokenBucketRateLimiterOptions Bucket(int permitsPerMinute, int burst) => new()
    {
        TokenLimit = burst,
        TokensPerPeriod = Math.Max(1, permitsPerMinute / 60),
        ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 60.0 / permitsPerMinute)),
        QueueLimit = 0,
        AutoReplenishment = true,
    };

    static async ValueTask RejectAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var seconds = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? (int)Math.Ceiling(wait.TotalSeconds) : 1;
        rejected.HttpContext.Response.Headers["X-RateLimit-Remaining"] = "0";
        if (rejected.HttpContext.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName is { } policy)
            rejected.HttpContext.RequestServices.GetRequiredService<RateLimitRefusals>().Count(policy);
        var style = rejected.HttpContext.GetEndpoint()?.Metadata.GetMetadata<ErrorStyle>();
        await ErrorEnvelope.WriteAsync(rejected.HttpContext, Refusals.RateLimited(Math.Max(1, seconds), style?.WithStatus == true));
    }
}
