using FsCheck;
using FsCheck.Fluent;
using Mana.Sync.Cursors;
using Mana.Sync.Pull;
using Mana.Sync.Spaces;

namespace Mana.Sync.Tests.Cursors;

public sealed class SyncCursorTests
{
    const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=. \n+/é";

    static readonly Gen<SyncCursor> Any =
        from app in Properties.Names(20)
        from collection in Gen.OneOf(Gen.Constant<string?>(null), Properties.Names(20).Select(name => (string?)name))
        from own in Gen.OneOf(Gen.Choose(0, 3).Select(small => (long)small), Gen.Choose(0, int.MaxValue).Select(large => large * 4_000_000L))
        from spaces in Gen.Choose(0, 3)
        select new SyncCursor(
            Selection.Of(app, collection), new ReadVector(own, Enumerable.Range(1, spaces).ToDictionary(i => ((ulong)i << 40) | 1, i => own + (2L * i))));

    [Fact]
    public void A_cursor_says_what_it_was_made_of() =>
        Properties.Check(Any, 1, cursor =>
        {
            var read = SyncCursor.Decode(cursor.Encode("u1"), "u1")!;
            Assert.Equal(cursor.Selection.Text, read.Selection.Text);
            Assert.Equal(cursor.Vector.Own, read.Vector.Own);
            Assert.Equal(cursor.Vector.Shared.OrderBy(pair => pair.Key), read.Vector.Shared.OrderBy(pair => pair.Key));
        });

    [Fact]
    public void Apps_and_collections_come_out_as_they_went_in()
    {
        var lists = Gen.Zip(Gen.NonEmptyListOf(Properties.Names(6)), Gen.ListOf(Properties.Names(6)));
        Properties.Check(lists, 7, pair =>
        {
            var selection = Selection.Of(pair.Item1, pair.Item2) with { StateAfter = pair.Item1.First() };
            var read = Selection.Parse(selection.Text);
            Assert.Equal(pair.Item1.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), read.Apps);
            Assert.Equal(pair.Item2.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), read.Collections);
            Assert.Equal(selection.StateAfter, read.StateAfter);
        });
    }

    [Fact]
    public void Any_single_character_that_changes_makes_it_invalid()
    {
        var changed =
            from cursor in Any
            from position in Gen.Choose(0, 200)
            from letter in Gen.Elements<char>(Alphabet)
            let text = cursor.Encode("u1")
            let at = position % text.Length
            where text[at] != letter
            select (text, forged: text[..at] + letter + text[(at + 1)..]);
        Properties.Check(changed, 2, pair => Assert.Null(SyncCursor.Decode(pair.forged, "u1")), cases: 5000);
    }

    [Fact]
    public void Anything_cut_off_or_added_makes_it_invalid()
    {
        var changed =
            from cursor in Any
            from cut in Gen.Choose(1, 30)
            from tail in Gen.Elements("=", "==", " ", "\n", "A", "AA", "AAAA", ".")
            let text = cursor.Encode("u1")
            select (Cut: text[..^Math.Min(cut, text.Length)], Longer: text + tail);
        Properties.Check(changed, 3, forged =>
        {
            Assert.Null(SyncCursor.Decode(forged.Cut, "u1"));
            Assert.Null(SyncCursor.Decode(forged.Longer, "u1"));
        });
    }

    [Fact]
    public void A_cursor_is_worth_nothing_to_another_person() =>
        Properties.Check(Gen.Zip(Any, Properties.Names(8)), 4, pair => Assert.Null(SyncCursor.Decode(pair.Item1.Encode("u1"), pair.Item2)));

    [Fact]
    public void A_cursor_is_worth_nothing_in_another_app_or_collection()
    {
        var pairs = Gen.Zip(Any, Any).Where(pair => pair.Item1.Selection.Apps[0] != pair.Item2.Selection.Apps[0]
            || (pair.Item1.Selection.Collections.Count > 0 && !pair.Item1.Selection.Collections.SequenceEqual(pair.Item2.Selection.Collections)));
        Properties.Check(pairs, 5, pair =>
        {
            var (start, error) = ReadStart.Resolve(pair.Item1.Encode("u1"), null, "u1", pair.Item2.Selection);
            Assert.Equal("invalid_cursor", error?.Error);
            Assert.Null(start.Cursor);
        });
    }

    [Fact]
    public void A_cursor_of_the_whole_app_serves_each_collection_of_it() =>
        Properties.Check(Any, 6, cursor =>
        {
            var text = (cursor with { Selection = Selection.Of(cursor.Selection.Apps[0]) }).Encode("u1");
            var (start, error) = ReadStart.Resolve(text, null, "u1", cursor.Selection);
            Assert.Null(error);
            Assert.Equal(cursor.Vector.Own, start.Cursor?.Own);
        });

    [Theory]
    [InlineData(null, 0)]
    [InlineData("", 0)]
    [InlineData("garbage", 0)]
    [InlineData("1969-12-31T23:59:59Z", 0)]
    [InlineData("1970-01-01T00:00:00.000001Z", 1)]
    [InlineData("1970-01-01T00:00:01Z", 1_000_000)]
    public void A_timestamp_is_a_position(string? since, long after) =>
        Assert.Equal((new ReadStart(null, after), null), ReadStart.Resolve(null, since, "u1", Selection.Of("todo")));

    [Fact]
    public void A_page_that_was_cut_stays_initial_and_a_complete_one_ends_it()
    {
        var first = End(0, newest: 3000, cutBehind: 1000);
        Assert.Equal((1001, 1001), (first.Vector.Own, first.SyncedUntil));
        Assert.True(Position.IsInitial(End(1001, newest: 3000, cutBehind: 2000).Vector.Own));
        Assert.False(Position.IsInitial(End(2001, newest: 3000).Vector.Own));
        Assert.False(Position.IsInitial(End(500, newest: 3000, cutBehind: 1000).Vector.Own));
    }

    [Theory]
    [InlineData(500, 1000, 1000)]
    [InlineData(2000, 1000, 2000)]
    [InlineData(9999, 1000, 1000)]
    [InlineData(0, 0, 0)]
    public void A_complete_page_ends_at_the_newest_position_and_never_before_a_since_of_the_past(long since, long newest, long end) =>
        Assert.Equal(end, End(since, newest).SyncedUntil);

    /// <summary>At 9000 by the database's clock.</summary>
    static PageEnd End(long since, long newest, long? cutBehind = null)
    {
        var request = new DeltaRequest(new Tenant("u1"), Selection.Of("todo"), "a", new ReadStart(null, since), 1000);
        return PageEnd.Of(request, request.Start.Vector(request.Caller), new ScopeHeads([newest], 9000), cutBehind);
    }
}
