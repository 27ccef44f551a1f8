using Mana.Auth.Data;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.StepUp;

/// <summary>
/// An access token is good for its quarter of an hour, whatever happens to its session (W40). Routes behind this guard ask the database at
/// every call: the session must live, and where that is asked for, its owner must have proved who they are a short while ago.
/// </summary>
internal sealed class SessionGuard(AuthDbContext database, TimeProvider time)
{
    /// <summary>auth.md 6.1.</summary>
    public static readonly TimeSpan StepUpAge = TimeSpan.FromMinutes(15);

    /// <summary>The refusal, or null. 401 for a session that has ended; 403 <c>STEP_UP_REQUIRED</c> (RFC 9470) for an old proof.</summary>
    public async Task<ApiError?> RefuseAsync(HttpContext context, bool stepUp, CancellationToken cancellationToken)
    {
        var caller = context.Features.Get<CurrentUser>();
        var session = caller?.SessionId is { } id
            ? await database.Sessions.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.UserId == caller.UserId, cancellationToken)
            : null;
        var now = time.GetUtcNow();
        if (session is null || !session.IsAlive(now))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"mana\", error=\"invalid_token\", error_description=\"Session ended\"";
            return new ApiError(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", "Invalid token") { Code = "INVALID_TOKEN" };
        }

        if (!stepUp || now - session.AuthTime <= StepUpAge)
            return null;
        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"mana\", error=\"insufficient_user_authentication\", max_age={StepUpAge.TotalSeconds:0}";
        return new ApiError(StatusCodes.Status403Forbidden, "STEP_UP_REQUIRED", "Please confirm that it is you.");
    }
}

internal static class SessionGuards
{
    /// <summary>Behind <see cref="Policies.User"/>: the session of the token must be alive now.</summary>
    public static TBuilder RequireLiveSession<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.Guard(false);

    /// <summary>Also, its owner must have signed in or stepped up within the last 15 minutes.</summary>
    public static TBuilder RequireStepUp<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.Guard(true);

    static TBuilder Guard<TBuilder>(this TBuilder builder, bool stepUp) where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var refused = await http.RequestServices.GetRequiredService<SessionGuard>().RefuseAsync(http, stepUp, http.RequestAborted);
            return refused is null ? await next(context) : refused;
        });
}
