using System.Text;
using QRCoder;

namespace Mana.Auth.TwoFactor;

/// <summary>How an authenticator app is told the secret (auth.md 10, vector in 32).</summary>
internal static class AuthenticatorUri
{
    public const string DefaultIssuer = "Mana";
    const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const int LongestIssuer = 64;
    const int PixelsPerModule = 5;

    public static string Of(ReadOnlySpan<byte> secret, string account, string issuer) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(account)}?secret={Encode(secret)}&issuer={Uri.EscapeDataString(issuer)}&digits={Totp.Digits}&period={Totp.PeriodSeconds}";

    /// <summary>Null when an app could not show it.</summary>
    public static string? Issuer(string? wanted)
    {
        if (string.IsNullOrWhiteSpace(wanted))
            return DefaultIssuer;
        return wanted.Length <= LongestIssuer && !wanted.Any(letter => letter == ':' || char.IsControl(letter)) ? wanted.Trim() : null;
    }

    /// <summary>An SVG document; it holds the secret, so it is made here and by nobody else's server.</summary>
    public static string Svg(string uri)
    {
        using var data = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        using var code = new SvgQRCode(data);
        return code.GetGraphic(PixelsPerModule);
    }

    /// <summary>For the <c>src</c> of a picture.</summary>
    public static string DataUri(string svg) => "data:image/svg+xml;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(svg));

    /// <summary>RFC 4648 6, without padding.</summary>
    static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 8 + 4) / 5);
        var (buffer, bits) = (0, 0);
        foreach (var one in bytes)
        {
            buffer = (buffer << 8) | one;
            for (bits += 8; bits >= 5; bits -= 5)
                text.Append(Base32[(buffer >> (bits - 5)) & 31]);
            buffer &= (1 << bits) - 1;
        }

        if (bits > 0)
            text.Append(Base32[(buffer << (5 - bits)) & 31]);
        return text.ToString();
    }
}
