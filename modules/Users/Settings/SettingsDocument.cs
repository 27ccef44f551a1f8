using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Kernel.Wire;

namespace Mana.Users.Settings;

/// <summary>The three documents of a person as they are stored, without the defaults.</summary>
internal sealed class SettingsDocument
{
    public const int LargestDocument = 64 * 1024;
    public const int MostApps = 100;
    public const int MostDevices = 50;

    public required JsonObject Global { get; init; }

    public required JsonObject Apps { get; init; }

    public required JsonObject Devices { get; init; }

    public bool IsTooLarge => new[] { Global, Apps, Devices }.Any(document => Encoding.UTF8.GetByteCount(Text(document)) > LargestDocument);

    public static SettingsDocument Empty => new() { Global = [], Apps = [], Devices = [] };

    public static SettingsDocument Parse(string global, string apps, string devices) => new() { Global = Object(global), Apps = Object(apps), Devices = Object(devices) };

    public static JsonObject Object(string text) => (JsonObject)JsonNode.Parse(text)!;

    public static string Text(JsonObject document) => document.ToJsonString(PlatformJson.Options);

    /// <summary>What a client sees: the stored values, and the server's defaults where there is none (commerce.md 9.1).</summary>
    public JsonObject Effective()
    {
        var shown = Object("""{"nav":{"desktopPosition":"top","sidebarCollapsed":false},"theme":{"mode":"system","colorScheme":"ocean"},"locale":"de"}""");
        SettingsMerge.Deep(shown, Global);
        return shown;
    }

    /// <summary>Devices beyond the most that are kept go, the one that was not seen for longest first; never the one that is just being written.</summary>
    public void EvictDevices(string writing)
    {
        while (Devices.Count > MostDevices)
            Devices.Remove(Devices.Where(device => device.Key != writing).MinBy(device => LastSeen(device.Value), StringComparer.Ordinal).Key);
    }

    public static string LastSeen(JsonNode? device) => (device as JsonObject)?["lastSeen"] is JsonValue seen && seen.GetValueKind() == JsonValueKind.String ? seen.GetValue<string>() : "";
}
