using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.Passwords;
using Mana.Auth.Profile;
using Mana.Auth.SecurityEvents;
using Mana.Auth.SignUp;
using Mana.Kernel.Ids;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Accounts;

internal abstract record RegistrationResult
{
    /// <summary>Also the answer to an address that is taken: nobody learns from it who has an account.</summary>
    public sealed record Registered(AccountView Account, bool NeedsVerification) : RegistrationResult;

    public sealed record Invalid(string Field, string Problem) : RegistrationResult;

    public sealed record Weak(WeakPassword Password) : RegistrationResult;

    /// <summary>Enough accounts for today.</summary>
    public sealed record Full(int RetryAfterSeconds) : RegistrationResult;

    public sealed record Busy : RegistrationResult;
}

/// <summary>As it was wished for.</summary>
/// <param name="SourceApp">Where the verification link leads: an origin of ours, or a page there.</param>
internal sealed record NewAccount(string? Email, string? Password, string? Name, string? SourceApp, string? Image = null);

/// <summary>Creates accounts (auth.md 5.2): day's gate, input, password, account.</summary>
internal sealed class Registration(
    AuthDbContext database, AccountCreation creation, SignUpGate signUps, PasswordPolicy policy, HashingGate gate, IPasswordHasher<User> hasher, AddressRequests requests,
    TrustedPages pages, VerificationRule verification, SecurityLog security, AuthMetrics metrics, IIdSource ids, TimeProvider time)
{
    public const int LongestName = 100;

    public async Task<RegistrationResult> RegisterAsync(NewAccount wanted, Visitor visitor, CancellationToken cancellationToken)
    {
        var (result, label) = await DecideAsync(wanted, visitor, cancellationToken);
        metrics.Registration(label);
        return result;
    }

    async Task<(RegistrationResult Result, string Label)> DecideAsync(NewAccount wanted, Visitor visitor, CancellationToken cancellationToken)
    {
        if (await signUps.ClosedForAsync(cancellationToken) is { } seconds)
            return (new RegistrationResult.Full(seconds), "full");
        if (EmailAddress.Normalize(wanted.Email) is not { } address)
            return (new RegistrationResult.Invalid("email", "Invalid email address"), "invalid");
        if (wanted.Password is not { } password)
            return (new RegistrationResult.Invalid("password", "Required"), "invalid");
        var name = string.IsNullOrWhiteSpace(wanted.Name) ? EmailAddress.LocalPart(address) : wanted.Name.Trim();
        if (name.Length > LongestName || name.Any(char.IsControl))
            return (new RegistrationResult.Invalid("name", $"At most {LongestName} characters, none of them control characters"), "invalid");
        if (wanted.Image is not null && !ProfileRules.IsImage(wanted.Image))
            return (new RegistrationResult.Invalid("image", ProfileRules.ImageRule), "invalid");

        var user = NewUser(address, name, wanted.Image);
        using (var lease = await gate.EnterAsync(cancellationToken))
        {
            if (!lease.IsAcquired)
                return (new RegistrationResult.Busy(), "busy");
            if (policy.Judge(password, address, name) is { } weakness)
                return (new RegistrationResult.Weak(weakness), "weak_password");
            user.PasswordHash = hasher.HashPassword(user, password);
        }

        // The hash is computed before anybody looks whether the address is free: both answers take the same time.
        var target = pages.SignInOf(wanted.SourceApp);
        var view = AccountView.Of(user);
        var taken = await database.Users.AnyAsync(row => row.NormalizedEmail == address, cancellationToken);
        switch (taken ? Creation.AddressTaken : await creation.CreateAsync(user, target, visitor.Locale, cancellationToken))
        {
            case Creation.DayIsFull:
                return (new RegistrationResult.Full(signUps.SecondsLeft()), "full");
            case Creation.Created:
                security.Record(SecurityEventTypes.Register, user.Id, visitor.Client);
                return (new RegistrationResult.Registered(view, verification.Required), "created");
            default:
                return await AnswerAlikeAsync(user, target, visitor, cancellationToken)
                    ? (new RegistrationResult.Registered(view, verification.Required), "duplicate")
                    : (new RegistrationResult.Full(signUps.SecondsLeft()), "full");
        }
    }

    /// <summary>Nothing happens now. The owner hears of it later, where nobody can measure it. False: somebody took the day's last place a moment ago.</summary>
    async Task<bool> AnswerAlikeAsync(User user, string target, Visitor visitor, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await creation.PretendAsync(user, target, visitor.Locale, cancellationToken);
        requests.Add(AddressRequestKind.Registration, user.Email!, target, visitor);
        await database.SaveChangesAsync(cancellationToken);
        if (!await signUps.TakeNoneAsync(cancellationToken))
            return false;
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    User NewUser(string address, string name, string? image)
    {
        var now = time.GetUtcNow();
        return new User { Id = ids.NewId(), Name = name, Image = image, Email = address, CreatedAt = now, UpdatedAt = now, PasswordChangedAt = now };
    }
}
