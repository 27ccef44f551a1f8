using Mana.Auth.Contracts;
using Mana.Kernel.Identity;
using Mana.Kernel.Outbox;
using Microsoft.AspNetCore.Http;

namespace Mana.Sync.Singletons;

/// <summary>The three occasions: an account, a space, and every start of an app, which repairs what the other two missed.</summary>
internal sealed class SingletonHandlers(SingletonBootstrap bootstrap) : IManaEventHandler<UserRegistered>, IManaEventHandler<SpaceCreated>
{
    public Task HandleAsync(UserRegistered happened, EventContext context, CancellationToken cancellationToken) =>
        bootstrap.UserContextAsync(happened.UserId, cancellationToken);

    public Task HandleAsync(SpaceCreated happened, EventContext context, CancellationToken cancellationToken) =>
        bootstrap.SpaceAsync(happened.OwnerUserId, happened.SpaceId, happened.Type == "personal", cancellationToken);

    public static async Task<IResult> BootstrapAsync(CurrentUser user, SingletonBootstrap bootstrap, CancellationToken cancellationToken)
    {
        var made = await bootstrap.ForUserAsync(user.UserId, cancellationToken);
        return Results.Ok(new { ok = true, bootstrapped = new { userContext = made.UserContext, spaces = made.Spaces } });
    }
}
