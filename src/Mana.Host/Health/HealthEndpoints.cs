using System.Globalization;
using Mana.Sync.Contracts;
using Npgsql;

namespace Mana.Host.Health;

/// <summary>
/// <c>/health</c> keeps the keys of all former services and is always 200 while the process answers; <c>/health/ready</c> tells a load
/// balancer whether to send requests here (sync.md 11, auth.md 3.6).
/// </summary>
internal static class HealthEndpoints
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        // Made now, so that the first scrape finds its figures.
        app.ServiceProvider.GetRequiredService<BackupStatus>();
        var health = app.MapGroup("/health").WithTags("operations").DisableHttpMetrics();
        health.MapGet("", OverviewAsync).WithSummary("Liveness with counts");
        health.MapGet("/live", () => Results.Ok(new { status = "ok" })).WithSummary("The process answers");
        health.MapGet("/ready", ReadyAsync).WithSummary("The process can serve: 503 while its database is away or it is stopping");
    }

    static async Task<IResult> OverviewAsync(NpgsqlDataSource database, ILivePresence live, TimeProvider time, CancellationToken cancellationToken) => Results.Ok(new
    {
        status = "ok",
        service = "mana-platform",
        timestamp = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        connections = live.Sockets,
        users = live.Users,
        sse = live.Streams,
        database = await AnswersAsync(database, cancellationToken) ? "up" : "down",
    });

    static async Task<IResult> ReadyAsync(NpgsqlDataSource database, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var stopping = lifetime.ApplicationStopping.IsCancellationRequested;
        var up = !stopping && await AnswersAsync(database, cancellationToken);
        return Results.Json(new { status = up ? "ready" : "unavailable", database = up ? "up" : "down", stopping }, statusCode: up ? 200 : 503);
    }

    static async Task<bool> AnswersAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(patience.Token);
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            return false;
        }
    }
}
