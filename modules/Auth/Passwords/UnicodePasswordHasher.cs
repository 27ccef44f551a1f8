using System.Text;
using Mana.Auth.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Mana.Auth.Passwords;

/// <summary>
/// The only hasher (W22). Identity's PBKDF2 over the NFKC form: one password typed on two keyboards may arrive as two sequences of code
/// points. Hashes of the original verify too, and are to be made anew.
/// </summary>
internal sealed class UnicodePasswordHasher(IOptions<PasswordHasherOptions> options) : PasswordHasher<User>(options)
{
    public override string HashPassword(User user, string password) => base.HashPassword(user, Normalize(password));

    public override PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword)
    {
        var password = Normalize(providedPassword);
        if (!LegacyScrypt.IsLegacy(hashedPassword))
            return base.VerifyHashedPassword(user, hashedPassword, password);
        return LegacyScrypt.Verify(hashedPassword, password) ? PasswordVerificationResult.SuccessRehashNeeded : PasswordVerificationResult.Failed;
    }

    static string Normalize(string password) => password.Normalize(NormalizationForm.FormKC);
}
