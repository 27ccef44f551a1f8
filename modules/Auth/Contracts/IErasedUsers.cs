namespace Mana.Auth.Contracts;

/// <summary>
/// Who was erased, or is about to be. Events come at least once and in no promised order, so one about a person may come after they are
/// gone: a handler that would store something for a user asks here first, and does nothing for an erased one.
/// </summary>
public interface IErasedUsers
{
    /// <summary>True from the moment the erasure is committed to. One query by a keyed digest: no id of an erased person is kept.</summary>
    ValueTask<bool> IsErasedAsync(string userId, CancellationToken cancellationToken);
}
