using Mana.Auth.Contracts;
using Mana.Kernel.Outbox;

namespace Mana.Users.Tags;

/// <summary>A new person starts with the default tags. A second delivery finds tags, and one that comes after an erasure finds nobody: both do nothing.</summary>
internal sealed class NewPeople(TagStore tags) : IManaEventHandler<UserRegistered>
{
    public Task HandleAsync(UserRegistered happened, EventContext context, CancellationToken cancellationToken) => tags.DefaultsAsync(happened.UserId, cancellationToken);
}
