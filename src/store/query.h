// Private to the module: the use of a Statement within a scope.
#pragma once

namespace mcim::store {

/// Resets a statement at the end of a scope, whatever the way out of it.
template <class Statement>
class Query {
public:
    explicit Query(Statement& s) : s_(s) {}
    ~Query() { s_.reset(); }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    Statement* operator->() { return &s_; }
    Statement& operator*() { return s_; }

private:
    Statement& s_;
};

}  // namespace mcim::store
