using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Kernel.Ids;

namespace Mana.Auth.Import.Tables;

/// <summary>Accounts keep their id, role, tier, kind and dates. Of several with one address, one is imported (<see cref="Survey"/>).</summary>
internal sealed class UsersImport(IIdSource ids) : ITableImport
{
    public SourceTable Source { get; } = new(
        "users", ["id", "email"],
        ["name", "email_verified", "image", "created_at", "updated_at", "role", "access_tier", "kind", "two_factor_enabled", "deleted_at", "onboarding_completed_at"]);

    public TargetTable Target { get; } = new(
        "users", "id", "name", "email", "email_normalized", "email_verified", "image", "created_at", "updated_at", "role", "access_tier", "kind", "deleted_at", "onboarding_completed_at")
    {
        // Identity insists on a security stamp. A second factor is on only once its secret is here.
        Made = ["security_stamp", "concurrency_stamp", "two_factor_enabled", "lockout_enabled", "access_failed_count"],
    };

    public Plan Read(OriginalRow row, Survey survey)
    {
        if (Survey.Address(row) is not { } address)
            return Plan.Skip("no address, or one that is too long");
        if (!survey.IsAccepted(row["id"]))
            return Plan.Skip("another account has the same address");
        var (role, roleRemark) = Words.Of(row["role"], UserRole.User, "role");
        var (tier, tierRemark) = Words.Of(row["access_tier"], AccessTier.Public, "access_tier");
        var (kind, kindRemark) = Words.Of(row["kind"], UserKind.Human, "kind");
        return Plan.Store(
            new()
            {
                ["id"] = row["id"],
                ["name"] = row["name"] is { Length: > 0 } name ? name : address.Split('@')[0],
                ["email"] = address,
                ["email_normalized"] = address,
                ["email_verified"] = row.Flag("email_verified"),
                ["image"] = row["image"],
                ["created_at"] = row.Created,
                ["updated_at"] = row.Instant("updated_at") ?? row.Created,
                ["role"] = role,
                ["access_tier"] = tier,
                ["kind"] = kind,
                ["deleted_at"] = row.Instant("deleted_at"),
                ["onboarding_completed_at"] = row.Instant("onboarding_completed_at"),
                ["security_stamp"] = ids.NewId(),
                ["concurrency_stamp"] = ids.NewId(),
                ["two_factor_enabled"] = false,
                ["lockout_enabled"] = true,
                ["access_failed_count"] = 0,
            },
            roleRemark, tierRemark, kindRemark,
            row.Instant("created_at") is null ? "no date of creation that could be, replaced" : null,
            EmailAddress.Normalize(address) is null ? "an address that no mail could reach: its owner cannot sign in" : null,
            row.Flag("two_factor_enabled") ? "second factor is off until its owner sets it up again" : null);
    }
}
