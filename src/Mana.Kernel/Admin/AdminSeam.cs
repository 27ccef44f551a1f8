using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Kernel.Admin;

/// <summary>A subject of <c>/admin</c>, as its list shows it.</summary>
/// <param name="Order">Its place: 10, 20 …</param>
public sealed record AdminSection(string Path, string De, string En, int Order);

/// <summary>A page about one person: the page of their account leads to it.</summary>
/// <param name="Path">Before the id.</param>
public sealed record AdminPersonPage(string Path, string De, string En);

/// <summary>What an operator should see first: one figure, and whether somebody must act.</summary>
/// <param name="Value">Short text.</param>
/// <param name="Path">Where there is more of it.</param>
public sealed record AdminGlance(string De, string En, string Value, AdminState State = AdminState.Plain, string? Path = null);

public enum AdminState
{
    Plain,
    Good,
    Warning,
    Bad,
}

/// <summary>A module's figures on the first page of <c>/admin</c>. They must be cheap: a counter in memory, or one indexed query.</summary>
public interface IAdminGlances
{
    Task<IReadOnlyList<AdminGlance>> NowAsync(CancellationToken cancellationToken);
}

/// <summary>What an administrator did, or looked at.</summary>
/// <param name="Action">For example <c>user.unlock</c>.</param>
/// <param name="IsChange">Something was changed, or was to be.</param>
/// <param name="UserId">The person that it was about; they see a change in their own log.</param>
/// <param name="Target">What it was about, when it was no person.</param>
/// <param name="Value">What was wanted, in a word; never a secret.</param>
/// <param name="Status">As HTTP counts: below 400 it was done.</param>
public sealed record AdminDeed(string Action, bool IsChange, string? UserId, string? Target, string? Value, int Status);

/// <summary>Who guards <c>/admin</c>: the module that knows accounts. Kernel and the other modules only draw their pages.</summary>
public interface IAdminDesk
{
    /// <summary>Null for an account that is an administrator now, with a session that is alive; for a change also a proof of the last minutes.</summary>
    Task<ApiError?> RefuseAsync(HttpContext context, bool isChange, CancellationToken cancellationToken);

    /// <summary>The form was shown to this browser by this server.</summary>
    Task<bool> IsOwnFormAsync(HttpContext context);

    /// <summary>Writes it into the security log.</summary>
    void Tell(HttpContext context, AdminDeed deed);

    /// <summary>Where somebody signs in and comes back from.</summary>
    string SignInPath(string backTo);

    /// <summary>Where somebody proves again that it is them.</summary>
    string ConfirmPath(string backTo);
}

public static class AdminServices
{
    public static IServiceCollection AddAdminSection(this IServiceCollection services, string path, string de, string en, int order) =>
        services.AddSingleton(new AdminSection(path, de, en, order));

    public static IServiceCollection AddAdminPersonPage(this IServiceCollection services, string path, string de, string en) =>
        services.AddSingleton(new AdminPersonPage(path, de, en));

    public static IServiceCollection AddAdminGlances<TGlances>(this IServiceCollection services)
        where TGlances : class, IAdminGlances => services.AddSingleton<IAdminGlances, TGlances>();
}
