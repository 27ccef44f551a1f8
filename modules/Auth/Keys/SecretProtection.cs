using Microsoft.AspNetCore.DataProtection;

namespace Mana.Auth.Keys;

/// <summary>
/// ASP.NET's data protection (antiforgery tokens) on <c>MANA_AUTH_KEK</c>: every host of an installation opens what another one sealed, and
/// no ring of keys lies in a folder that a container forgets.
/// </summary>
internal sealed class SecretProtection(SecretBox box, string purpose = "") : IDataProtectionProvider, IDataProtector
{
    const string Purpose = "data protection";

    public IDataProtector CreateProtector(string purpose1) => new SecretProtection(box, $"{purpose}\n{purpose1}");

    IDataProtector IDataProtectionProvider.CreateProtector(string purpose1) => CreateProtector(purpose1);

    public byte[] Protect(byte[] plaintext) => box.Seal(Purpose, purpose, plaintext);

    public byte[] Unprotect(byte[] protectedData)
    {
        ArgumentNullException.ThrowIfNull(protectedData);
        return box.Open(Purpose, purpose, protectedData);
    }
}
