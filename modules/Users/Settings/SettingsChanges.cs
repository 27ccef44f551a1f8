using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Kernel.Wire;

namespace Mana.Users.Settings;

/// <summary>The changes that a client can ask for, each as what it does to a document (auth.md 18, commerce.md 9.1).</summary>
internal static class SettingsChanges
{
    public static void PatchGlobal(SettingsDocument document, JsonObject partial) => SettingsMerge.Deep(document.Global, partial);

    public static void PutGlobal(SettingsDocument document, JsonObject partial) => SettingsMerge.Shallow(document.Global, partial);

    public static void PatchApp(SettingsDocument document, string appId, JsonObject partial) => Override(document, appId, known => SettingsMerge.Deep(known, partial));

    public static void PutApp(SettingsDocument document, string appId, JsonObject partial) => Override(document, appId, known => SettingsMerge.Shallow(known, partial));

    public static void PatchDevice(SettingsDocument document, string deviceId, string appId, JsonObject partial, DateTimeOffset now)
    {
        var device = Device(document, deviceId, now);
        foreach (var key in (string[])["deviceName", "deviceType"])
            if (partial[key] is { } value)
                device[key] = value.DeepClone();
        var apps = Inner(device, "apps");
        SettingsMerge.Shallow(Inner(apps, appId), partial["settings"] as JsonObject ?? []);
        document.EvictDevices(deviceId);
    }

    /// <summary>The older clients: whatever they name of the entry is replaced.</summary>
    public static void PutDevice(SettingsDocument document, string deviceId, JsonObject partial, DateTimeOffset now)
    {
        var device = Device(document, deviceId, now);
        SettingsMerge.Shallow(device, partial);
        Stamp(device, now);
        document.EvictDevices(deviceId);
    }

    public static void DeleteDeviceApp(SettingsDocument document, string deviceId, string appId) =>
        ((document.Devices[deviceId] as JsonObject)?["apps"] as JsonObject)?.Remove(appId);

    static void Override(SettingsDocument document, string appId, Action<JsonObject> change)
    {
        var known = Inner(document.Apps, appId);
        change(known);
        if (known.Count == 0)
            document.Apps.Remove(appId);
    }

    static JsonObject Device(SettingsDocument document, string deviceId, DateTimeOffset now)
    {
        var device = Inner(document.Devices, deviceId);
        Stamp(device, now);
        return device;
    }

    /// <summary>Every entry has these four, whoever wrote it.</summary>
    static void Stamp(JsonObject device, DateTimeOffset now)
    {
        device["deviceName"] ??= "Unknown";
        device["deviceType"] ??= "desktop";
        device["lastSeen"] = PlatformJson.Instant(now);
        Inner(device, "apps");
    }

    static JsonObject Inner(JsonObject within, string key)
    {
        if (within[key] is not JsonObject inner)
            within[key] = inner = [];
        return inner;
    }

    /// <summary>What is wrong with a change of a device.</summary>
    public static IReadOnlyList<(string Path, string Message)> Check(JsonObject partial)
    {
        var errors = SettingsRules.CheckKeys(partial).ToList();
        if (partial["settings"] is not (null or JsonObject))
            errors.Add(("settings", "must be an object"));
        if (partial["apps"] is not null && !(partial["apps"] is JsonObject apps && apps.All(app => app.Value is JsonObject && SettingsRules.IsId(app.Key))))
            errors.Add(("apps", "must be objects by app"));
        if (partial["deviceName"] is { } name && !(name.GetValueKind() == JsonValueKind.String && name.GetValue<string>().Length is > 0 and <= 100))
            errors.Add(("deviceName", "must be a text of 1 to 100 characters"));
        if (partial["deviceType"] is { } type && !(type.GetValueKind() == JsonValueKind.String && type.GetValue<string>() is "desktop" or "mobile" or "tablet"))
            errors.Add(("deviceType", "must be one of desktop, mobile, tablet"));
        return errors;
    }
}
