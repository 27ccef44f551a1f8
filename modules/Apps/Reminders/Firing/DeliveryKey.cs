using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mana.Apps.Reminders.Firing;

/// <summary>
/// What receivers tell repetitions by (compute.md 8.7): the same for every attempt at one target, another for every firing. 43 characters of base64url, so
/// that it serves as a push topic as well.
/// </summary>
internal static class DeliveryKey
{
    public static string Of(Guid instance, string occurrence, string channel, string target, int firing) =>
        Hash(string.Create(CultureInfo.InvariantCulture, $"{instance:D}|{occurrence}|{channel}|{target}|{firing}"));

    /// <summary>One summary for a person and target in an hour, however many hosts find something missed.</summary>
    public static string OfSummary(string userId, string target, long hour) => Hash(string.Create(CultureInfo.InvariantCulture, $"missed|{userId}|{target}|{hour}"));

    static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
