using System.Text;
using Mana.Auth.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Mana.Auth.Accounts;

/// <summary>Identity's PBKDF2 over the NFKC form: one password typed on two keyboards may arrive as two sequences of code points.</summary>
internal sealed class UnicodePasswordHasher(IOptions<PasswordHasherOptions> options) : PasswordHasher<User>(options)
{
    public override string HashPassword(User user, string password) => base.HashPassword(user, Normalize(password));

    public override PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword) =>
        base.VerifyHashedPassword(user, hashedPassword, Normalize(providedPassword));

    static string Normalize(string password) => password.Normalize(NormalizationForm.FormKC);
}
