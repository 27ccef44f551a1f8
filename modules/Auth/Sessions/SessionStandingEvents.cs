using Mana.Auth.Contracts;
using Mana.Kernel.Outbox;

namespace Mana.Auth.Sessions;

/// <summary>Ends that another part of the module decided inside a transaction of its own arrive here.</summary>
internal sealed class SessionStandingEvents(SessionStanding standing) : IManaEventHandler<SessionRevoked>
{
    public Task HandleAsync(SessionRevoked happened, EventContext context, CancellationToken cancellationToken)
    {
        standing.End(happened.SessionId);
        return Task.CompletedTask;
    }
}
