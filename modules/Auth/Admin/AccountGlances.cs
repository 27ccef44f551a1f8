using System.Globalization;
using Mana.Auth.Admin.Pages;
using Mana.Kernel.Admin;

namespace Mana.Auth.Admin;

/// <summary>People and sign-ins at a glance, as of a minute ago at most: the sign-ins of a week are many to count.</summary>
internal sealed class AccountGlances(AdminStatistics statistics, TimeProvider time) : IAdminGlances
{
    static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    AdminStatsResponse? _last;

    public async Task<IReadOnlyList<AdminGlance>> NowAsync(CancellationToken cancellationToken)
    {
        var now = _last is { } known && (time.GetUtcNow() - known.GeneratedAt).Duration() < Fresh ? known : _last = await statistics.NowAsync(includePersonas: false, cancellationToken);
        return
        [
            new("Personen", "People", Text(now.TotalUsers), Path: UsersPage.Path),
            new("neu in 7 Tagen", "new in 7 days", Text(now.NewUsers7)),
            new("heute aktiv", "active today", Text(now.UniqueUsersOfDay)),
            new("offene Sitzungen", "open sessions", Text(now.ActiveSessions)),
            new("Anmeldungen in 7 Tagen", "sign-ins in 7 days", Text(now.LoginSuccess)),
            new("davon gescheitert", "failed sign-ins", Text(now.LoginFailed), Path: AuditPage.Path + "?type=login_failure"),
        ];
    }

    static string Text(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
