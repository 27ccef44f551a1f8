using Mana.Auth.Contracts;
using Mana.Kernel.Identity;
using Mana.Kernel.Outbox;
using Mana.Sync.Spaces;
using Microsoft.AspNetCore.Http;

namespace Mana.Sync.Singletons;

/// <summary>The three occasions: an account, a space, and every start of an app, which repairs what the other two missed.</summary>
/// <remarks>An event may come late, and for an account that is erased by then: it must not bring back a row.</remarks>
internal sealed class SingletonHandlers(SingletonBootstrap bootstrap, Tenancy tenancy, IErasedUsers erased) : IManaEventHandler<UserRegistered>, IManaEventHandler<SpaceCreated>
{
    public async Task HandleAsync(UserRegistered happened, EventContext context, CancellationToken cancellationToken)
    {
        if (!await erased.IsErasedAsync(happened.UserId, cancellationToken))
            await bootstrap.UserContextAsync(happened.UserId, cancellationToken);
    }

    public async Task HandleAsync(SpaceCreated happened, EventContext context, CancellationToken cancellationToken)
    {
        // What is remembered of the founder's spaces is from before there was this one; the event of the membership comes after this.
        tenancy.Forget(happened.OwnerUserId);
        if (!await erased.IsErasedAsync(happened.OwnerUserId, cancellationToken))
            await bootstrap.SpaceAsync(happened.OwnerUserId, happened.SpaceId, happened.Type == "personal", cancellationToken);
    }

    public static async Task<IResult> BootstrapAsync(CurrentUser user, SingletonBootstrap bootstrap, CancellationToken cancellationToken)
    {
        var made = await bootstrap.ForUserAsync(user.UserId, cancellationToken);
        return Results.Ok(new { ok = true, bootstrapped = new { userContext = made.UserContext, spaces = made.Spaces } });
    }
}
