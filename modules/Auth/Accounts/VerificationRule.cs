using Microsoft.Extensions.Hosting;

namespace Mana.Auth.Accounts;

/// <summary>Whether an account may sign in before its address is verified: by default only in Development, where no mail is sent.</summary>
internal sealed class VerificationRule(AuthOptions options, IHostEnvironment environment)
{
    public bool Required => options.RequireVerifiedEmail ?? !environment.IsDevelopment();
}
