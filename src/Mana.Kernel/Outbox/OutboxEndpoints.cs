using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Mana.Kernel.Outbox;

/// <summary>What an operator does about parked events: see them, and put one back in line.</summary>
internal static class OutboxEndpoints
{
    public static void MapOutbox(this IEndpointRouteBuilder app)
    {
        var parked = app.MapGroup("/api/v1/internal/outbox").RequireAuthorization(Policies.Service).WithTags("operations");
        parked.MapGet("/parked", ListAsync);
        parked.MapPost("/{module}/{id:guid}/retry", RetryAsync);
    }

    static async Task<IResult> ListAsync(OutboxDispatcher dispatcher, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var all = new List<ParkedMessage>();
        foreach (var store in dispatcher.Stores)
            all.AddRange(await store.ParkedAsync(database, cancellationToken));
        return Results.Ok(new { parked = all });
    }

    static async Task<IResult> RetryAsync(
        string module, Guid id, OutboxDispatcher dispatcher, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        var store = dispatcher.Stores.FirstOrDefault(candidate => candidate.Schema == module);
        var found = store is not null && await store.RetryAsync(database, id, time.GetUtcNow(), cancellationToken);
        return found ? Results.Ok(new { ok = true }) : new ApiError(404, "not_found", "No parked event has this id.");
    }
}
