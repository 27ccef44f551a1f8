using System.Text.Json;

namespace Mana.Sync.Wire;

/// <summary>
/// The members of a JSON object with their values as raw tokens. For edits of bodies that are stored already: what is not touched keeps
/// its very characters, also those that no text may hold, such as half of an emoji that a client cut in two.
/// </summary>
internal sealed class RawMembers
{
    readonly List<DataMember> _members;

    RawMembers(List<DataMember> members) => _members = members;

    public static RawMembers Empty() => new([]);

    /// <summary>Of anything that is no object: no members.</summary>
    public static RawMembers Of(ReadOnlyMemory<byte> json)
    {
        var members = new List<DataMember>();
        if (json.IsEmpty)
            return new RawMembers(members);
        var tokens = new JsonTokens(json);
        if (!tokens.Read() || tokens.Type != JsonTokenType.StartObject)
            return new RawMembers(members);
        while (tokens.NextMember())
        {
            var name = tokens.Text();
            tokens.Read();
            members.Add(new DataMember(name, tokens.Raw()));
        }

        return new RawMembers(members);
    }

    public int Count => _members.Count;

    public IReadOnlyList<DataMember> All => _members;

    /// <summary>Of several members with one name the last counts. Null when there is none.</summary>
    public ReadOnlyMemory<byte>? Find(string name) => _members.FindLastIndex(member => member.Name == name) is >= 0 and var at ? _members[at].Value : default(ReadOnlyMemory<byte>?);

    /// <summary>Takes every member of this name out and returns the one that counted.</summary>
    public ReadOnlyMemory<byte>? Remove(string name)
    {
        var found = Find(name);
        _members.RemoveAll(member => member.Name == name);
        return found;
    }

    /// <summary>In the place of the member that was there, else at the end.</summary>
    public void Set(string name, ReadOnlyMemory<byte> value)
    {
        var at = _members.FindLastIndex(member => member.Name == name);
        if (at >= 0)
            _members[at] = new DataMember(name, value);
        else
            _members.Add(new DataMember(name, value));
    }

    public byte[] ToArray() => RawJson.Object(json =>
    {
        foreach (var member in _members)
            json.WriteRaw(member.Name, member.Value);
    });
}
