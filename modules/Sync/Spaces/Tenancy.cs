using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Contracts;

namespace Mana.Sync.Spaces;

/// <summary>
/// Answers what a person may read and write, from the directory of spaces. Remembered for a few seconds and forgotten on every event
/// about the person, so that leaving a space ends access at once on every host (sync.md 19).
/// </summary>
internal sealed class Tenancy(ISpaceDirectory directory, TimeProvider time)
{
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(20);
    readonly FreshCache<Tenant> _tenants = new(time, FreshFor);

    public ValueTask<Tenant> OfAsync(string userId, CancellationToken cancellationToken) => _tenants.GetAsync(userId, AskAsync, cancellationToken);

    public void Forget(string userId) => _tenants.Forget(userId);

    public void ForgetAll() => _tenants.ForgetAll();

    async ValueTask<Tenant> AskAsync(string userId, CancellationToken cancellationToken) =>
        Of(userId, await directory.MembershipsOfAsync(userId, cancellationToken));

    internal static Tenant Of(string userId, IReadOnlyList<SpaceMembership> memberships)
    {
        var shared = memberships.Where(membership => !membership.IsPersonal)
            .Select(membership => new ScopeAccess(ScopeNames.OfSpace(membership.SpaceId), KeyOf(membership), membership.MayWrite, Micros(membership.JoinedAt)));
        return new Tenant(userId, shared, memberships.FirstOrDefault(membership => membership.IsPersonal)?.SpaceId);
    }

    /// <summary>64 bits of a digest are enough to tell the few memberships of one person apart, and keep cursors short.</summary>
    static ulong KeyOf(SpaceMembership membership)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{membership.SpaceId}\0{Micros(membership.JoinedAt)}");
        return BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) | 1;
    }

    static long Micros(DateTimeOffset instant) => (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
